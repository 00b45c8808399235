import { expect, test } from 'vitest'
import { isShownToFail, printsAsShown, readPage } from './support/console-page.ts'

const page = `# Tour
<!-- run: cd shop -->
\`\`\`console
$ berth create a
a created
in ~/shop

$ berth exec a api -- \\
    node -p 1
1
\`\`\`
\`\`\`sh
$ not for running
\`\`\`
<!-- not run: needs another machine -->
\`\`\`console
$ berth ls --on big-box
\`\`\`
\`\`\`console
$ berth ls
\`\`\`
`

test('a page is read as its commands, with what they print', () => {
  expect(readPage(page)).toEqual([
    { line: 2, command: 'cd shop', expected: undefined },
    { line: 4, command: 'berth create a', expected: ['a created', 'in ~/shop'] },
    { line: 8, command: 'berth exec a api -- \\\n    node -p 1', expected: ['1'] },
    { line: 20, command: 'berth ls', expected: [] },
  ])
})

test.each([
  [['a'], 'a\n', true],
  [['a'], 'a  \n\n', true],
  [['a'], 'b\n', false],
  [['a'], 'a\nb\n', false],
  [[], '', true],
  [[], 'a\n', false],
  [['...'], '', true],
  [['...', 'b'], 'x\ny\nb\n', true],
  [['a', '...'], 'a\nx\n', true],
  [['a', '...'], 'b\nx\n', false],
  [['up in ... (4 steps)'], 'up in no time (4 steps)\n', true],
  [['up in ... (4 steps)'], 'up in no time\n(4 steps)\n', false],
  [['up in 3.2 s'], 'up in 812 ms\n', true],
  [['up in 3.2 s'], 'down in 3.2 s\n', false],
  [['web  10.224.0.4  80'], 'web       10.224.12.68  80\n', true],
  [['web  10.224.0.4  80'], 'web  10.224.0.4  8080\n', false],
  [['Updating 1a2b3c4..5d6e7f8'], 'Updating 9f8e7d6..0a1b2c3\n', true],
])('%j against %j: %s', (expected, printed, fits) => {
  expect(printsAsShown(expected, printed)).toBe(fits)
})

test('a page shows a command to fail by its error', () => {
  expect(isShownToFail(['error: no env is called b', 'hint: berth ls'])).toBe(true)
  expect(isShownToFail(['no error: fine'])).toBe(false)
})
