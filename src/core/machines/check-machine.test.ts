import { expect, test } from 'vitest'
import { findingsOf } from './check-machine.ts'
import type { MachineFacts } from './model.ts'

const facts: MachineFacts = {
  platform: 'linux',
  arch: 'x64',
  system: 'Debian',
  hostname: 'h1',
  user: 'root',
  home: '/root/.berth',
  diskFreeBytes: 20e9,
  root: 'yes',
  requirements: [
    { program: 'docker', version: '20.10', needed: true, remedy: '' },
    { program: 'libatomic', version: null, needed: false, remedy: 'install libatomic1' },
  ],
  time: 1_000_000_000,
  platforms: ['linux/amd64'],
  versions: [],
  runtimes: [],
}
const asked = { asked: 1_000_000_400, answered: 1_000_000_900, imagePlatforms: ['linux/amd64'] }
const codes = (some: Partial<MachineFacts>, more = {}) =>
  findingsOf('h1', { ...facts, ...some }, { ...asked, ...more }).map(({ code }) => code)

test('a machine that can be deployed to has nothing said against it', () => {
  expect(codes({})).toEqual([])
  expect(codes({ time: null })).toEqual([])
})

test('what stands against one is said, each with what to do', () => {
  expect(codes({ requirements: [{ program: 'git', version: null, needed: true, remedy: 'install git' }] })).toEqual([
    'TOOL_MISSING',
  ])
  expect(codes({ diskFreeBytes: 200e6 })).toEqual(['DISK_FULL'])
  expect(codes({ time: 1_000_000_000 + 3_600_000 })).toEqual(['CLOCK_SKEWED'])
  expect(codes({ time: 1_000_000_000 - 3_600_000 })).toEqual(['CLOCK_SKEWED'])
  expect(codes({}, { imagePlatforms: ['linux/arm64', 'linux/amd64'] })).toEqual(['PLATFORM_MISMATCH'])
})
