import { expect, test } from 'vitest'
import { runnablePlatforms, runsOn } from './platforms.ts'

test('a machine runs images of its own processor, in every variant, and those it can emulate', () => {
  expect(runnablePlatforms('x64', [])).toEqual(['linux/amd64'])
  const both = runnablePlatforms('arm64', ['qemu-x86_64', 'python3.11', 'qemu-aarch64'])
  expect(both).toEqual(['linux/arm64', 'linux/amd64'])
  expect([runsOn('linux/arm64/v8', both), runsOn('linux/arm', both), runsOn('linux/amd64', ['linux/arm64'])]).toEqual([
    true,
    false,
    false,
  ])
})
