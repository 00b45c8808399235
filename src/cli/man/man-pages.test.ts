import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { families, root } from '../registry.ts'
import { escape, manPages } from './man-pages.ts'

const pages = manPages(root, families, '1.2.3+abcd')

test('a page for berth, and one for every command and group', () => {
  const names = pages.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['berth', 'berth-up', 'berth-daemon', 'berth-daemon-logs']))
  expect(new Set(names).size).toBe(names.length)
})

test('every line is text or a request that man knows', () => {
  for (const { text } of pages)
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(?:\.(?:TH|SH|TP|PP|br)(?: |$)|[^.'])/)
})

test('every page has a head with its version, a name and a synopsis', () => {
  for (const { text } of pages) {
    expect(text).toMatch(/^\.TH [A-Z\\-]+ 1 "" "berth 1\.2\.3" "Berth"\n\.SH NAME\n/)
    expect(text).toContain('\n.SH SYNOPSIS\n')
  }
})

test('text never becomes a request', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(escape(text)).not.toMatch(/^[.']|\n|(?<!\\)-/)
    }),
  )
})
