import { expect, test } from 'vitest'
import { type Endings, forgetEndings, seeEnding } from './endings.ts'

/** `die 0`, `die 143 signalled`, `stop`, `start`: what happened to one container, in order. */
function history(...lines: string[]): Endings {
  return lines.reduce<Endings>((endings, line) => {
    const [action = '', exitCode, signalled] = line.split(' ')
    const code = exitCode === undefined ? null : Number(exitCode)
    return seeEnding(endings, { id: 'a', action, exitCode: code, signalled: signalled !== undefined })
  }, {})
}

test.each([
  ['ended by itself and well: its work is done', ['die 0'], 'done'],
  ['failed: nobody meant it', ['die 1'], undefined],
  ['docker stop', ['die 143 signalled', 'stop'], 'stopped'],
  ['docker stop of one that takes long to end well', ['die 0', 'stop'], 'stopped'],
  ['docker kill', ['die 137 signalled'], 'stopped'],
  ['a short job, whose start is told last', ['die 0', 'start'], 'done'],
  ['stopped, started, and then failed', ['die 143 signalled', 'stop', 'start', 'die 1'], undefined],
  ['stopped, started, and then ended well', ['die 143 signalled', 'stop', 'start', 'die 0'], 'done'],
  ['removed', ['die 0', 'destroy'], undefined],
  ['looked into', ['die 0', 'exec_die'], 'done'],
])('%s', (_, lines, ending) => {
  expect(history(...lines)['a']).toBe(ending)
})

test('what its engine ended is forgotten', () => {
  expect(forgetEndings({ a: 'stopped', b: 'stopped' }, (id) => id === 'a')).toEqual({ b: 'stopped' })
})
