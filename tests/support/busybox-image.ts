import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const applets = [
  'sh',
  'sleep',
  'cat',
  'echo',
  'httpd',
  'nc',
  'wget',
  'true',
  'false',
  'touch',
  'ls',
  'test',
  'hostname',
  'ip',
]

/** Makes a small image on the engine from the machine's static busybox (Debian: busybox-static); returns its reference. */
export async function importBusyboxImage(
  reference: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-busybox-'))
  try {
    const root = join(directory, 'root')
    await mkdir(join(root, 'bin'), { recursive: true })
    for (const folder of ['tmp', 'etc', 'data']) await mkdir(join(root, folder))
    await cp('/bin/busybox', join(root, 'bin', 'busybox'))
    for (const applet of applets) await symlink('busybox', join(root, 'bin', applet))
    const archive = join(directory, 'root.tar')
    await run('tar', ['-C', root, '-cf', archive, '.'])
    await run('docker', ['import', archive, reference], { env: environment })
    return reference
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
