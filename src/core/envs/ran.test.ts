import { expect, test } from 'vitest'
import { lostWith, type Ran, ranNothing, seeRunning, seeSignal } from './ran.ts'

/** `12s a` is a signal, `12s a KILL` one that cannot be ignored, `12s = a b` what runs from then on. */
function history(...lines: string[]): Ran {
  return lines.reduce((ran, line) => {
    const [at = '', ...words] = line.split(' ')
    const now = Number.parseFloat(at) * 1000
    const [first = '', second] = words
    return first === '='
      ? seeRunning(ran, words.slice(1), now)
      : seeSignal(ran, first, now, { isKill: second === 'KILL' })
  }, ranNothing)
}
const lost = (at: number, ...lines: string[]) => lostWith(history(...lines), at * 1000).sort()

test('an engine that is killed takes what runs', () => {
  expect(lost(5, '0s = a b')).toEqual(['a', 'b'])
})

test('one that stops in good order takes what it ended on its way out', () => {
  expect(lost(65, '0s = a b c', '60s a', '60.1s b', '60.2s c', '60.3s = b c', '63s = c')).toEqual(['a', 'b', 'c'])
  expect(lost(65, '0s = a b', '60s a', '60.1s b', '61s =')).toEqual(['a', 'b'])
})

test('also what ended at once beside one that had to be killed', () => {
  expect(lost(72, '0s = a b', '60s a', '60.1s b', '60.3s = b', '70s b KILL', '70.1s =')).toEqual(['a', 'b'])
  expect(lost(14, '0s = a b', '1s a', '11s a KILL', '11.1s = b', '12s b', '12.1s =')).toEqual(['b'])
})

test('what was stopped by hand is none of its doing, however it goes', () => {
  expect(lost(5, '0s = a b', '1s a', '1.1s = b')).toEqual(['b'])
  expect(lost(13, '0s = a b', '1s a', '1.1s = b', '12s b', '12.1s =')).toEqual(['b'])
})

test('nor is what ended by itself', () => {
  expect(lost(13, '0s = a b', '3s = b', '12s b', '12.1s =')).toEqual(['b'])
})

test('a signal that ends nothing is forgotten', () => {
  expect(lost(90, '0s = a b', '1s a', '2s = a b')).toEqual(['a', 'b'])
  expect(lost(90, '0s = a', '1s a', '1.1s =')).toEqual([])
})
