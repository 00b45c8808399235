import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must } from './must.ts'
import { temporaryPrefix } from './temporary.ts'

/** Makes an image that says it is for another processor, in every other way one that is there. Takes `docker` where it runs. */
export async function makeForeignImage(
  from: string,
  to: string,
  { architecture, within = [] }: { architecture: string; within?: readonly string[] },
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}foreign-`))
  const archive = join(directory, 'image.tar')
  const files = join(directory, 'files')
  try {
    await must([...within, 'docker', 'save', '--output', archive, from])
    await must(['mkdir', files])
    await must(['tar', '-xf', archive, '-C', files])
    const manifest = join(files, 'manifest.json')
    const [entry] = JSON.parse(await readFile(manifest, 'utf8')) as [{ Config: string; Layers: string[] }]
    const config = JSON.parse(await readFile(join(files, entry.Config), 'utf8')) as object
    await writeFile(join(files, 'foreign.json'), JSON.stringify({ ...config, architecture }))
    await writeFile(manifest, JSON.stringify([{ ...entry, Config: 'foreign.json', RepoTags: [to] }]))
    await rm(join(files, 'repositories'), { force: true })
    await must(['tar', '-cf', archive, '-C', files, '.'])
    await must([...within, 'docker', 'load', '--input', archive])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
