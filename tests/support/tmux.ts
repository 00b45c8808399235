import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createLocalHost } from '../../src/adapters/host/local-host.ts'
import { socketPath } from '../../src/adapters/tmux/socket-path.ts'
import { createTmux } from '../../src/adapters/tmux/tmux.ts'
import type { Multiplexer } from '../../src/core/ports.ts'
import { removeDirectory } from './remove-directory.ts'

/** A real tmux server in a directory of its own. */
export interface TestTmux {
  multiplexer: Multiplexer
  /** Where it lives; room for a test's files too. */
  directory: string
  socket: string
  /** Ends the server with all its sessions and removes the directory. */
  close(): Promise<void>
}

/** Makes one. `nested` are more directories below the temporary one, for paths that are long or strange. */
export async function openTmux(options: { nested?: string; env?: Record<string, string> } = {}): Promise<TestTmux> {
  const { nested = '', env = {} } = options
  const root = await mkdtemp(join(tmpdir(), 'berth-tmux-'))
  const directory = join(root, nested)
  await mkdir(directory, { recursive: true })
  const socket = socketPath(join(directory, 'tmux'), { directory: tmpdir(), userId: process.getuid?.() ?? 0 })
  const host = createLocalHost()
  const multiplexer = createTmux({
    host,
    directory: join(directory, 'tmux'),
    socket,
    env: { PATH: process.env.PATH, HOME: root, ...env },
  })
  return {
    multiplexer,
    directory,
    socket,
    close: async () => {
      for (const { id } of await multiplexer.list()) await multiplexer.kill(id, { graceMs: 200 })
      await host.run(['tmux', '-S', socket, 'kill-server'])
      if (!socket.startsWith(root)) await rm(dirname(socket), { recursive: true, force: true })
      await removeDirectory(root)
    },
  }
}
