import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Lab, raiseLab } from '../support/lab.ts'
import { must } from '../support/must.ts'

let lab: Lab
const elsewhere = { cwd: tmpdir() }
afterEach(() => lab.close())

test('no room there: said so, and connected once there is some', async () => {
  lab = await raiseLab({ hosts: 1, env: { LAB_DISK: '220M', LAB_DOCKER: '0' } })
  const berth = await lab.openBerth()
  await lab.on('h1', ['sh', '-c', 'head -c 150M /dev/zero >/root/full || true'])
  const { exitCode, stderr } = await berth.run(['connect', 'h1'], elsewhere)
  expect(stderr).toMatch(/error: no space is left on (h1|that machine)\nhint: free some space there/)
  expect(exitCode).toBe(1)
})

test('cut off while Berth is sent: sent on from there', async () => {
  lab = await raiseLab({ hosts: 1, env: { LAB_DOCKER: '0' } })
  const berth = await lab.openBerth()
  await lab.fault('impair', 'h1', 'rate=60mbit')
  const connecting = berth.ok(['connect', 'h1'], elsewhere)
  const partBytes = async () => Number(await lab.on('h1', ['sh', '-c', 'cat /root/.berth/parts/* 2>/dev/null | wc -c']))
  await eventually(async () => expect(await partBytes()).toBeGreaterThan(20e6), 120_000)
  await lab.on('h1', ['sh', '-c', 'kill -9 $(pgrep -f "[s]shd: root")'])
  expect(await connecting).toContain('connected to h1')
  const [, received] = /eth0: +(\d+)/.exec(await lab.on('h1', ['cat', '/proc/net/dev'])) ?? []
  // 57 MB in all: from the beginning again it would be 77, or more
  expect(Number(received)).toBeLessThan(70e6)
  expect(await lab.on('h1', ['sh', '-c', 'ls /root/.berth/parts'])).toBe('')
})

test('nothing but SSH there: said what is missing, and how to get it', async () => {
  lab = await raiseLab({ hosts: 1, env: { LAB_BARE: '1' } })
  const berth = await lab.openBerth()
  const connected = await berth.ok(['connect', 'h1'], elsewhere)
  expect(connected).toContain('docker: missing; install Docker')
  expect(connected).toContain('berth machine bootstrap h1 installs it')
  const { exitCode, stdout } = await berth.run(['machine', 'check', 'h1'], elsewhere)
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/docker +missing\n/)
  expect(stdout).toMatch(/git +\d+\.\d+/)
})

test('bootstrap installs what is missing, as root', async () => {
  lab = await raiseLab({ hosts: 1, env: { LAB_BARE: '1' } })
  const berth = await lab.openBerth()
  await must([join(import.meta.dirname, 'lab.sh'), 'mirror'], { env: { ...berth.env } })
  // the host shares this machine's package database, in which Docker is installed; its removal script would ask it to stop
  const forget = 'rm -f /var/lib/dpkg/info/docker.io.p*; dpkg --force-all -r docker.io docker-compose containerd runc'
  await lab.on('h1', ['sh', '-c', forget])
  await berth.ok(['connect', 'h1'], elsewhere)
  expect(await berth.ok(['machine', 'bootstrap', 'h1'], elsewhere)).toMatch(/^h1 is ready: docker \d+.*, compose 2\./)
  expect((await berth.run(['machine', 'check', 'h1'], elsewhere)).exitCode).toBe(0)
})
