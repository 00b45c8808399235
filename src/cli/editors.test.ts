import { expect, test } from 'vitest'
import { editorCommand } from './editors.ts'

test.each([
  ['code', '/w/a b', null, ['code', '/w/a b']],
  ['zed', '/w/x', null, ['zed', '/w/x']],
  ['code', '/w/a b#?', 'me@big:2222', ['code', '--folder-uri', 'vscode-remote://ssh-remote+me@big:2222/w/a%20b%23%3F']],
  ['cursor', '/w/ü', 'big-box', ['cursor', '--folder-uri', 'vscode-remote://ssh-remote+big-box/w/%C3%BC']],
  ['zed', '/w/x', 'me@big', ['zed', 'ssh://me@big/w/x']],
] as const)('%s opens %s at %s', (editor, directory, destination, argv) => {
  expect(editorCommand(editor, directory, destination)).toEqual(argv)
})
