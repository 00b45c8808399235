import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Lab, raiseLab } from '../support/lab.ts'
import { must } from '../support/must.ts'

let lab: Lab | undefined

afterEach(async () => {
  await lab?.close()
  lab = undefined
})

test('hosts are machines of their own that the laptop reaches by ssh', async () => {
  const raised = await raiseLab({ hosts: 2 })
  lab = raised
  const names = await Promise.all(
    raised.hosts.map((host) => raised.laptop(['ssh', host, 'hostname; docker info -f {{.Name}}'])),
  )
  expect(names.map(({ stdout }) => stdout)).toEqual(['h1\nh1\n', 'h2\nh2\n'])
  await lab.loadImages('h2', ['berth/busybox:local'])
  expect(await lab.on('h2', ['docker', 'run', '--rm', 'berth/busybox:local', 'echo', 'here'])).toBe('here')
  await writeFile(await lab.path('h1', '/root/note'), 'of h1')
  expect(await lab.on('h1', ['cat', '/root/note'])).toBe('of h1')
  await expect(lab.on('h2', ['cat', '/root/note'])).rejects.toThrow('No such file')
})

test('a berth on the laptop has this machine and a home of its own', async () => {
  lab = await raiseLab({ hosts: 1, env: { LAB_DOCKER: '0' } })
  const berth = await lab.openBerth()
  expect(await berth.ok(['ls'])).toContain('no envs yet')
  const daemon = await berth.data<{ pid: number }>(['daemon', 'status'])
  const { stdout } = await lab.laptop(['readlink', '/proc/self/ns/net'])
  expect(await must(['readlink', `/proc/${daemon.pid}/ns/net`])).toBe(stdout.trim())
})

test('what befalls a host is felt on the laptop, and passes', async () => {
  lab = await raiseLab({ hosts: 2, env: { LAB_DOCKER: '0' } })
  const ssh = (host: string, patience = 30) =>
    lab?.laptop(['ssh', '-o', `ConnectTimeout=${patience}`, host, 'cat /proc/sys/kernel/random/boot_id'])
  const before = (await ssh('h1'))?.stdout
  await lab.fault('partition', 'h1')
  expect((await ssh('h1', 1))?.exitCode).toBe(255)
  expect((await ssh('h2'))?.exitCode).toBe(0)
  await lab.fault('heal', 'h1')
  expect((await ssh('h1'))?.stdout).toBe(before)
  await lab.fault('reboot', 'h1')
  await eventually(async () => expect((await ssh('h1'))?.exitCode).toBe(0))
  expect((await ssh('h1'))?.stdout).not.toBe(before)
})

test('nothing is left of it', async () => {
  // those of containers come and go meanwhile
  const links = async () => (await must(['ip', '-br', 'link'])).match(/^(br0|[vt]h\d+)\b.*$/gm)
  lab = await raiseLab({ hosts: 1, env: { LAB_DOCKER: '0' } })
  const { directory } = lab
  await lab.fault('impair', 'h1', 'delay=5')
  expect(await links()).toBeNull()
  await lab.close()
  lab = undefined
  await expect(readFile(`${directory}/key`)).rejects.toThrow('ENOENT')
  expect(await links()).toBeNull()
})
