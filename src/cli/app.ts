import { buildApplication, buildRouteMap, text_en } from '@stricli/core'
import { daemonRoutes } from './commands/daemon/daemon.ts'
import { createCommand } from './commands/env/create.ts'
import { destroyCommand } from './commands/env/destroy.ts'
import { diffCommand } from './commands/env/diff.ts'
import { downCommand } from './commands/env/down.ts'
import { execCommand } from './commands/env/exec.ts'
import { lsCommand } from './commands/env/ls.ts'
import { mergeCommand } from './commands/env/merge.ts'
import { pullCommand } from './commands/env/pull.ts'
import { statusCommand } from './commands/env/status.ts'
import { upCommand } from './commands/env/up.ts'
import { attachCommand } from './commands/session/attach.ts'
import { runCommand } from './commands/session/run.ts'
import { sessionsCommand } from './commands/session/sessions.ts'
import { stopCommand } from './commands/session/stop.ts'
import { transcriptCommand } from './commands/session/transcript.ts'

const root = buildRouteMap({
  routes: {
    create: createCommand,
    up: upCommand,
    down: downCommand,
    destroy: destroyCommand,
    ls: lsCommand,
    status: statusCommand,
    exec: execCommand,
    diff: diffCommand,
    merge: mergeCommand,
    pull: pullCommand,
    run: runCommand,
    sessions: sessionsCommand,
    attach: attachCommand,
    stop: stopCommand,
    transcript: transcriptCommand,
    daemon: daemonRoutes,
  },
  aliases: { list: 'ls', rm: 'destroy' },
  docs: { brief: 'Every agent, environment, CI stage and app gets a berth, on any machine you can SSH to.' },
})

/** The command line as data; `onUsageError` is told of what could not be understood. */
export function buildApp(onUsageError: (message: string) => string) {
  return buildApplication(root, {
    name: 'berth',
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: true },
    localization: {
      text: {
        ...text_en,
        exceptionWhileParsingArguments: (error) => onUsageError(error instanceof Error ? error.message : String(error)),
        noCommandRegisteredForInput: ({ input, corrections }) =>
          onUsageError(
            `no command ${input}${corrections.length > 0 ? `, did you mean ${corrections.join(' or ')}?` : ''}`,
          ),
      },
    },
  })
}
