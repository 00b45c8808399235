import { expect, test } from 'vitest'
import type { RenderRule } from '../config/model.ts'
import { renderFiles } from './render-files.ts'

const place = { workspace: '/w', directory: '/w/app' }
const tokens = { BERTH_ENV: 'feat-a' }
const rule = (from: string, to = from): RenderRule => ({ from, to, tokens: true, replace: [] })

/** Files by path; `links` say where a path really leads. */
function disk(contents: Record<string, string>, links: Record<string, string> = {}) {
  const directories = new Set(['/w', '/w/app', '/etc'])
  const real = (path: string): string | undefined => {
    const link = Object.keys(links).find((name) => path === name || path.startsWith(`${name}/`))
    const target = link === undefined ? path : `${links[link]}${path.slice(link.length)}`
    return target in contents || directories.has(target) ? target : undefined
  }
  return {
    contents,
    readText: async (path: string) => contents[real(path) ?? ''],
    writeText: async (path: string, text: string, mode?: number) =>
      void (contents[path] = `${mode?.toString(8)} ${text}`),
    realPath: async (path: string) => real(path),
    mode: async (path: string) => (path in contents ? 0o640 : undefined),
  }
}

test('renders in place, and from a template into a new directory', async () => {
  const files = disk({ '/w/app/.env': 'A=${BERTH_ENV}', '/w/app/t.tpl': '${BERTH_ENV}' })
  await renderFiles(files, place, [rule('.env'), rule('t.tpl', 'new/deep/t')], tokens)
  expect(files.contents).toMatchObject({ '/w/app/.env': '640 A=feat-a', '/w/app/new/deep/t': '640 feat-a' })
})

test('every fault is named, and nothing is written', async () => {
  const before = { '/w/app/.env': 'A=${BERTH_ENV}', '/w/app/b': '${BERTH_NO}\n${BERTH_NOR}', '/w/app/c': 'a\0b' }
  const files = disk({ ...before })
  const rendering = renderFiles(files, place, [rule('.env'), rule('b'), rule('c'), rule('d')], tokens)
  await expect(rendering).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: {
      faults: [
        'b:1: ${BERTH_NO} has no value',
        'b:2: ${BERTH_NOR} has no value',
        'c is no UTF-8 text',
        'd does not exist',
      ],
    },
  })
  expect(files.contents).toEqual(before)
})

test.each([
  ['a path upwards', rule('.env', '../../etc/passwd'), {}],
  ['an absolute-looking path upwards', rule('.env', '/../../etc/passwd'), {}],
  ['a link to a file outside', rule('.env', 'link'), { '/w/app/link': '/etc/passwd' }],
  ['a link to a directory outside', rule('.env', 'link/new'), { '/w/app/link': '/etc' }],
  ['a template outside', rule('link/passwd', '.env'), { '/w/app/link': '/etc' }],
])('%s is refused', async (_, made, links) => {
  const before = { '/w/app/.env': 'A', '/etc/passwd': 'root' }
  const files = disk({ ...before }, links)
  await expect(renderFiles(files, place, [made], tokens)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  expect(files.contents).toEqual(before)
})

test('a path upwards that stays in the workspace is fine', async () => {
  const files = disk({ '/w/app/.env': '${BERTH_ENV}' })
  await renderFiles(files, place, [rule('.env', '../top.env')], tokens)
  expect(files.contents['/w/top.env']).toBe('640 feat-a')
})
