import { expect, test } from 'vitest'
import { judgePush, readUpdates } from './judge-push.ts'

const one = '1'.repeat(40)
const two = '2'.repeat(40)
const none = '0'.repeat(40)
const remote = { branch: 'main', app: 'shop' }
const judge = (...lines: string[]) => judgePush(readUpdates(`${lines.join('\n')}\n`), remote)

test('the branch is deployed, new or moved; tags beside it are kept', () => {
  expect(judge(`${none} ${one} refs/heads/main`)).toEqual({ deploy: { commit: one, before: null }, notes: [] })
  expect(judge(`${one} ${two} refs/heads/main`, `${none} ${one} refs/tags/v1`)).toEqual({
    deploy: { commit: two, before: one },
    notes: ['the tag v1 is kept, and deploys nothing'],
  })
  expect(judge(`${none} ${one} refs/tags/v1`).deploy).toBeNull()
  expect(judge(`${one} ${none} refs/tags/v1`, `${one} ${none} refs/heads/old`)).toEqual({ deploy: null, notes: [] })
})

test.each([
  ['another branch', `${none} ${one} refs/heads/feature`, 'only main is deployed here, not feature'],
  ['one that is called like it', `${none} ${one} refs/heads/main/x`, 'only main is deployed here, not main/x'],
  ['its removal', `${one} ${none} refs/heads/main`, 'main is what runs of shop, and stays'],
  ['notes', `${none} ${one} refs/notes/commits`, 'refs/notes/commits is no branch and no tag'],
  ['a shell', `${none} ${one} refs/heads/$(touch$IFS/x);rm`, 'only main is deployed here'],
])('%s is refused, and all that comes with it', (_, line, message) => {
  expect(() => judge(`${one} ${two} refs/heads/main`, line)).toThrow(message)
})

test.each(['x', `${one} refs/heads/main`, `${one} ${two} main`, `${one} ${two} refs/heads/a b`])(
  'what git never tells a hook is refused: %s',
  (line) => expect(() => readUpdates(line)).toThrow('not what git tells a hook'),
)
