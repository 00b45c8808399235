import { expect, test } from 'vitest'
import { findChoice, renderChoices } from './choice.ts'

const choices = ['shop/feat-a', 'shop/feat-b', 'blog/main'].map((name) => ({ name, text: 'up' }))
const chosen = (answer: string) => findChoice(answer, choices)?.name

test('by number, name, or the start of no other name', () => {
  expect([chosen('1'), chosen(' 3 '), chosen('shop/feat-b'), chosen('feat-b'), chosen('m'), chosen('blog')]).toEqual([
    'shop/feat-a',
    'blog/main',
    'shop/feat-b',
    'shop/feat-b',
    'blog/main',
    'blog/main',
  ])
})

test('anything else is no choice', () => {
  expect(['0', '4', 'feat', 'shop', 'x', '-1'].map(chosen)).toEqual(Array(6).fill(undefined))
})

test('numbers and names are aligned', () => {
  expect(renderChoices(choices)).toBe('  1  shop/feat-a  up\n  2  shop/feat-b  up\n  3  blog/main    up')
})
