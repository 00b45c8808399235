import { expect, test } from 'vitest'
import { planScan, wholeTree } from './plan-scan.ts'

/** `count` packages of ten directories each, below a path. */
const packages = (below: string, count: number) =>
  Array.from({ length: count }, (_, one) => `${below}/p${one}`).flatMap((path) => [
    path,
    ...Array.from({ length: 9 }, (_, one) => `${path}/d${one}`),
  ])

test('a small tree, or one core: one program', () => {
  expect(planScan(['', ...packages('a', 10)], 2)).toEqual(wholeTree)
  expect(planScan(['', 'a', ...packages('a', 300)], 1)).toEqual(wholeTree)
})

test('a large one in parts of the same size, each directory in just one', () => {
  const directories = ['', 'src', 'src/x', 'node_modules', ...packages('node_modules', 400), 'docs']
  const { opened, parts } = planScan(directories, 2)
  expect(opened).toEqual(['', 'node_modules'])
  expect(parts).toHaveLength(2)
  /** The directories above a path, itself included. */
  const above = (path: string) => path.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'))
  const within = (path: string, tops: ReadonlySet<string>) => above(path).filter((one) => tops.has(one)).length
  const counts = parts.map((tops) => {
    const own = new Set(tops)
    return directories.filter((path) => within(path, own) > 0).length
  })
  expect(Math.abs((counts[0] ?? 0) - (counts[1] ?? 0))).toBeLessThan(20)
  const all = new Set(parts.flat())
  for (const path of directories.filter((one) => !opened.includes(one))) expect(within(path, all)).toBe(1)
})

test('names that cannot be said, or too many: one program', () => {
  const odd = Array.from({ length: 2400 }, (_, one) => `x${one}\xff`)
  expect(planScan(['', ...odd], 2)).toEqual(wholeTree)
  const flat = Array.from({ length: 2400 }, (_, one) => `${'long-'.repeat(15)}${one}`)
  expect(planScan(['', ...flat], 2)).toEqual(wholeTree)
})
