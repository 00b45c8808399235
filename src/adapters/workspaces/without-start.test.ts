import { expect, test } from 'vitest'
import { withTree } from './own-work.ts'
import { parseTreeChanges, separate, type TreeEntry } from './without-start.ts'

const entry = (id: string, mode = '100644'): TreeEntry => ({ mode, id })
const change = (path: string, before: TreeEntry | null, after: TreeEntry | null) => ({ path, before, after })

test('tells what the env did to a path that was changed before', () => {
  const uncommitted = [
    change('as-given', entry('1'), entry('2')),
    change('dropped', entry('1'), entry('2')),
    change('new-as-given', null, entry('2')),
    change('gone-as-given', entry('1'), null),
    change('both', entry('1'), entry('2')),
    change('new-both', null, entry('2')),
    change('link-both', entry('1', '120000'), entry('2', '120000')),
    change('removed-by-env', entry('1'), entry('2')),
    change('made-again', entry('1'), null),
  ]
  const later = [
    change('as-given', entry('1'), entry('2')),
    change('new-as-given', null, entry('2')),
    change('gone-as-given', entry('1'), null),
    change('both', entry('1'), entry('3', '100755')),
    change('new-both', null, entry('3')),
    change('link-both', entry('1', '120000'), entry('3', '120000')),
    change('removed-by-env', entry('1'), null),
    change('made-again', entry('1'), entry('3')),
    change('of-the-env', null, entry('9')),
  ]
  expect(separate(uncommitted, later)).toEqual({
    restored: [
      { path: 'as-given', entry: entry('1') },
      { path: 'new-as-given', entry: null },
      { path: 'gone-as-given', entry: entry('1') },
    ],
    both: [{ path: 'both', base: entry('1'), start: entry('2'), now: entry('3', '100755') }],
    mixed: ['new-both', 'link-both'],
  })
})

test('reads what differs between trees', () => {
  const output = ':100644 100755 aa bb M\0a file\0:000000 120000 00 cc A\0l\0:160000 000000 dd 00 D\0sub\0'
  expect(parseTreeChanges(output)).toEqual([
    change('a file', entry('aa'), entry('bb', '100755')),
    change('l', null, entry('cc', '120000')),
    change('sub', entry('dd', '160000'), null),
  ])
  expect(parseTreeChanges('')).toEqual([])
})

test('a commit keeps author, dates, encoding and message; its signature goes', () => {
  const signature = 'gpgsig -----BEGIN-----\n \n line\n -----END-----\n'
  const text = `tree 1\nparent 2\nauthor A <a@x> 5 +0100\ncommitter B <b@x> 6 +0000\n${signature}encoding x\n\nTitle\n\ntree 7\n`
  expect(withTree(text, '8', ['9', '10'])).toBe(
    'tree 8\nparent 9\nparent 10\nauthor A <a@x> 5 +0100\ncommitter B <b@x> 6 +0000\nencoding x\n\nTitle\n\ntree 7\n',
  )
})
