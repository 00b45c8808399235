import { readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { must } from '../support/must.ts'
import { makeProject } from '../support/project.ts'
import { removeHome } from '../support/remove-home.ts'
import { openSshd, type TestSshd } from '../support/sshd.ts'
import { temporaryPrefix } from '../support/temporary.ts'
import { openTerminal } from '../support/terminal.ts'

let sshd: TestSshd
let berth: TestBerth
/** The other side's BERTH_HOME: on this machine too, and another one all the same. */
let there: string
const elsewhere = { cwd: tmpdir() }

async function open(options: { known?: boolean } = {}) {
  there = join(tmpdir(), `${temporaryPrefix}there-${Math.random().toString(36).slice(2)}`)
  sshd = await openSshd({ ...options, lines: [`SetEnv BERTH_HOME=${there}`] })
  berth = await openBerth({ env: { BERTH_SSH_CONFIG: sshd.config } })
}
beforeEach(() => open())
afterEach(async () => {
  await berth.close()
  await removeHome(there, berth.env)
  await sshd.close()
})
const run = (...args: string[]) => berth.run(args, elsewhere)
const ok = (...args: string[]) => berth.ok(args, elsewhere)

/** Another case than the one of `beforeEach`. */
async function reopen(options: { known?: boolean }) {
  await berth.close()
  await sshd.close()
  await open(options)
}

test('a host key that is not known is shown, not accepted; its fingerprint accepts it', async () => {
  await reopen({ known: false })
  const { exitCode, stdout, stderr } = await run('connect', 'box')
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' })
  const fingerprint = /ED25519 (SHA256:\S+)/.exec(stderr)?.[1] ?? ''
  expect(await must(['ssh-keygen', '-lf', join(sshd.directory, 'host.pub')])).toContain(fingerprint)
  expect(stderr).toContain(`hint: if that is its key: berth connect box --accept-host-key ${fingerprint}`)
  const wrong = await run('connect', 'box', '--accept-host-key', 'SHA256:AAAA')
  expect(wrong).toMatchObject({ exitCode: 4 })
  await expect(readFile(sshd.knownHosts)).rejects.toThrow('ENOENT')
  expect(await ok('connect', 'box', '--accept-host-key', fingerprint)).toContain('connected to box')
  expect(await readFile(sshd.knownHosts, 'utf8')).toContain('ssh-ed25519')
})

test('on a terminal a host key is asked about', async () => {
  await reopen({ known: false })
  const terminal = await openTerminal({ ...elsewhere, env: { ...berth.env, CI: undefined }, columns: 150 })
  try {
    await terminal.line(`${join(import.meta.dirname, '../../bin/berth')} connect box`)
    await terminal.shows('Is that its key?')
    await terminal.press('y')
    await terminal.press('Enter')
    await terminal.shows('connected to box')
  } finally {
    await terminal.close()
  }
})

test('what cannot be reached, or does not let us in, is said at once, and nothing is remembered', async () => {
  await sshd.forgetUser()
  const refused = await run('connect', 'box')
  expect(refused).toMatchObject({ exitCode: 6, stdout: '' })
  expect(refused.stderr).toMatch(/^error: box did not let us in over SSH\nhint: .*ssh-add/m)
  await sshd.stop()
  expect((await run('connect', 'box')).stderr).toContain('no SSH server listens')
  expect((await run('connect', '-oProxyCommand=id')).exitCode).toBe(2)
  expect((await run('connect', 'a b')).stderr).toContain('is no SSH destination')
  expect(await ok('machines', '--quiet')).toBe('local\n')
})

test('connecting to this very machine is refused, before anything is sent', async () => {
  await berth.close()
  await sshd.close()
  berth = await openBerth()
  sshd = await openSshd({ lines: [`SetEnv BERTH_HOME=${berth.home}`] })
  berth.env['BERTH_SSH_CONFIG'] = sshd.config
  expect(await run('connect', 'box')).toMatchObject({
    exitCode: 4,
    stderr:
      'error: box is this machine, with the same Berth\nhint: leave out --on: what is done without it is done here\n',
  })
  expect(await readdir(berth.home)).not.toContain('runtimes')
})

test('another build is replaced on connect, while what runs goes on; one that works is left until it is done', async () => {
  await ok('connect', 'box')
  await ok('create', 'spare', '--empty', '--project', 'shop', '--on', 'box')
  await ok('run', 'sleep', 'spare', '1000', '--detach', '--on', 'box')
  const before = await versionThere()
  await pretend(before, '0.0.98')
  await pretend(before, '0.0.99')
  const project = await makeProject({ 'note.txt': 'x' })
  try {
    const go = join(project.directory, 'go')
    await project.write('berth.toml', `env.init = "touch ${go}.waits; until [ -e ${go} ]; do sleep 0.05; done"\n`)
    // a newer berth works with the older berthd, and leaves it alone while that is at work
    const working = run('create', 'long', '--from', project.directory, '--on', 'box')
    await eventually(() => readFile(`${go}.waits`))
    const busy = await run('connect', 'box')
    expect(busy).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('goes on with Berth 0.0.99') })
    expect(await versionThere()).toMatch(/^0\.0\.99/)
    await writeFile(go, '')
    expect((await working).exitCode).toBe(0)
  } finally {
    await project.remove()
  }
  expect(await ok('connect', 'box')).toContain('connected to box')
  expect(await versionThere()).toBe(before)
  expect(await ok('sessions', '--on', 'box')).toContain('running')
  // the build in use and the one before it stay
  expect(await readdir(join(there, 'versions'))).toEqual([before, pretended(before, '0.0.99')].toSorted())
  // an older berth works with the newer berthd, and leaves it as it is
  await pretend(before, '0.2.10')
  expect(await ok('ls', '--on', 'box')).toContain('shop/spare')
  expect(await ok('connect', 'box')).toContain('connected to box')
  expect(await versionThere()).toMatch(/^0\.2\.10/)
})

const pretended = (version: string, release: string) => `${release}+${version.split('+')[1]}`

/** Has the other side run a build that calls itself another version, of another length: V8 knows its cache by that. */
async function pretend(version: string, release: string): Promise<void> {
  const other = pretended(version, release)
  const versions = join(there, 'versions')
  await must(['cp', '-r', join(versions, version), join(versions, other)])
  for (const name of ['berth', 'berthd']) {
    const file = join(versions, other, 'dist', `${name}.bundle.js`)
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(version, other))
  }
  const program = join(there, 'bin', 'berth')
  const env = { ...berth.env, BERTH_HOME: there }
  // first: whoever finds no berthd there starts what this names
  await writeFile(program, `#!/bin/sh\nexec "${versions}/${other}/bin/berth" "$@"\n`)
  await must([program, 'daemon', 'stop'], { env })
  await eventually(async () => expect(await must([program, 'daemon', 'start'], { env })).toContain(`berthd ${other} `))
}

const versionThere = async () =>
  (await berth.data<{ machines: { version: string }[] }>(['machines'])).machines[1]?.version ?? ''

test('too far apart to work together: said, with who is to be upgraded', async () => {
  await ok('connect', 'box')
  await pretend(await versionThere(), '19.0.0')
  const { exitCode, stderr } = await run('ls', '--on', 'box')
  expect(exitCode).toBe(4)
  expect(stderr).toMatch(/box.* 19\.0\.0.*\nhint: .*upgrade Berth/)
})
