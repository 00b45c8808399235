import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type UnderWay, underWayHeads, underWayTexts } from '../../../core/machines/sync/model.ts'
import type { Git } from '../git.ts'
import { withoutHooks } from '../git.ts'
import { quotePath } from '../quoted.ts'

/** Has a repository wait for the same hands as the user's: over an index that holds all but the conflicts. */
export async function bringUnderWay(
  git: Git,
  { place, own }: { place: string; own: string },
  underWay: UnderWay | null,
): Promise<void> {
  const { heads = {}, texts = {}, unmerged = [] } = underWay ?? {}
  const input = unmerged.map(({ mode, oid, stage, path }) => `${mode} ${oid} ${stage}\t${quotePath(path)}\n`).join('')
  if (input !== '') await git(place, [...withoutHooks, 'update-index', '--index-info'], { input })
  for (const name of underWayHeads) await put(join(own, name), heads[name]?.map((oid) => `${oid}\n`).join(''))
  for (const name of underWayTexts) await put(join(own, name), texts[name])
}

const put = (file: string, text: string | undefined) =>
  text === undefined ? rm(file, { force: true }) : writeFile(file, text)
