import { spawn } from 'node:child_process'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/lib/exec.ts'
import { isKnown } from './daemon.ts'
import { eventually } from './eventually.ts'
import { endProcesses, removeDirectory, runningProcesses } from './remove-directory.ts'
import { temporaryPrefix } from './temporary.ts'

/** A Docker engine of a test's own, which may be stopped and killed. It lives in a network namespace of its own. */
export interface TestEngine {
  /** For `env` of whoever is to talk to it. */
  env: { DOCKER_HOST: string }
  start(): Promise<void>
  /** Ends it in good order, its containers first. */
  stop(): Promise<void>
  /** Ends it alone, at once; its containers go on until the next one ends them. */
  kill(): Promise<void>
  /** Ends it and its containers at once, as a machine that loses its power. */
  powerOff(): Promise<void>
  /** Ends it, and removes everything. */
  close(): Promise<void>
}

/** Starts one. Needs root, as Docker does. */
export async function startEngine(): Promise<TestEngine> {
  const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}engine-`))
  const at = (name: string) => join(directory, name)
  const env = { DOCKER_HOST: `unix://${at('docker.sock')}` }
  const pid = async () => Number(await readFile(at('pid'), 'utf8').catch(() => '0')) // none: it is not running
  const start = async () => {
    const log = await open(at('log'), 'a')
    const options = ['--host', env.DOCKER_HOST, '--data-root', at('data'), '--exec-root', at('exec')]
    const dockerd = ['dockerd', ...options, '--pidfile', at('pid'), '--bridge', 'none']
    const argv = ['--net', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh', ...dockerd]
    spawn('unshare', argv, { detached: true, stdio: ['ignore', log.fd, log.fd] }).unref()
    await log.close()
    await eventually(async () => {
      const { exitCode } = await exec(['docker', 'version'], { env: { ...process.env, ...env } })
      if (exitCode !== 0) throw new Error(`dockerd did not start:\n${await readFile(at('log'), 'utf8')}`)
    })
  }
  const end = async (signal: NodeJS.Signals) => {
    const running = await pid()
    if (running === 0 || !isKnown(running)) return
    const containerd = Number(await readFile(at('exec/containerd/containerd.pid'), 'utf8'))
    process.kill(running, signal)
    // its containerd goes with it; while that is there, be it as a zombie, the next one would wait for it
    await eventually(() => {
      const left = [running, containerd].filter(isKnown)
      if (left.length > 0) throw new Error(`still running: ${left.join(', ')}`)
    })
    await rm(at('pid'), { force: true })
  }
  await start()
  return {
    env,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async powerOff() {
      const list = `docker inspect --format '{{.State.Pid}}' $(docker ps --quiet)`
      const { stdout } = await exec(['sh', '-c', list], { env: { ...process.env, ...env } })
      const containers = new Set(stdout.split('\n').map(Number))
      await end('SIGKILL')
      await endProcesses(async () =>
        (await runningProcesses()).filter(({ argv }) => argv.join(' ').includes(directory)),
      )
      await endProcesses(async () =>
        (await runningProcesses()).filter(({ pid, argv }) => containers.has(pid) && argv.join('') !== ''),
      )
    },
    async close() {
      await exec(['sh', '-c', 'docker rm --force --volumes $(docker ps --all --quiet)'], {
        env: { ...process.env, ...env },
      })
      await end('SIGTERM')
      await removeDirectory(directory)
    },
  }
}
