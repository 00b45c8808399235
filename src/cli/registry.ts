import type { Command, Group } from './command.ts'
import { auditCommand } from './commands/access/audit.ts'
import { loginCommand } from './commands/access/login.ts'
import { logoutCommand } from './commands/access/logout.ts'
import { tokensCommand } from './commands/access/tokens.ts'
import { doctorCommand } from './commands/care/doctor.ts'
import { gcCommand } from './commands/care/gc.ts'
import { reconcileCommand } from './commands/care/reconcile.ts'
import { ciCommand } from './commands/ci/ci.ts'
import { contextGroup } from './commands/context/context.ts'
import { daemonGroup } from './commands/daemon/daemon.ts'
import { appGroup } from './commands/deploy/app.ts'
import { deployCommand } from './commands/deploy/deploy.ts'
import { jobsGroup } from './commands/deploy/jobs.ts'
import { pruneCommand } from './commands/deploy/prune.ts'
import { releasesCommand } from './commands/deploy/releases.ts'
import { rollbackCommand } from './commands/deploy/rollback.ts'
import { composeCommand } from './commands/env/compose.ts'
import { createCommand } from './commands/env/create.ts'
import { destroyCommand } from './commands/env/destroy.ts'
import { diffCommand } from './commands/env/diff.ts'
import { downCommand } from './commands/env/down.ts'
import { execCommand } from './commands/env/exec.ts'
import { logsCommand } from './commands/env/logs.ts'
import { lsCommand } from './commands/env/ls.ts'
import { mergeCommand } from './commands/env/merge.ts'
import { namesCommand } from './commands/env/names.ts'
import { openCommand } from './commands/env/open.ts'
import { pathCommand } from './commands/env/path.ts'
import { pullCommand } from './commands/env/pull.ts'
import { shellCommand } from './commands/env/shell.ts'
import { statusCommand } from './commands/env/status.ts'
import { upCommand } from './commands/env/up.ts'
import { urlCommand } from './commands/env/url.ts'
import { eventsCommand } from './commands/events/events.ts'
import { connectCommand } from './commands/machine/connect.ts'
import { disconnectCommand } from './commands/machine/disconnect.ts'
import { machineGroup } from './commands/machine/machine.ts'
import { machinesCommand } from './commands/machine/machines.ts'
import { secretGroup } from './commands/secret/secret.ts'
import { attachCommand } from './commands/session/attach.ts'
import { runCommand } from './commands/session/run.ts'
import { sessionsCommand } from './commands/session/sessions.ts'
import { stopCommand } from './commands/session/stop.ts'
import { transcriptCommand } from './commands/session/transcript.ts'
import { completionCommand } from './commands/system/completion.ts'
import { configCommand } from './commands/system/config.ts'
import { manCommand } from './commands/system/man.ts'
import { mcpCommand } from './commands/system/mcp.ts'
import { setupCommand } from './commands/system/setup.ts'
import { versionCommand } from './commands/system/version.ts'
import { vaultGroup } from './commands/vault/vault.ts'
import { webhookGroup } from './commands/webhook/webhook.ts'

/** Commands that belong together, under one heading of `berth --help`. */
export interface Family {
  title: string
  commands: Readonly<Record<string, Command | Group>>
}

/** Every command there is, in the order help shows them. Parsing, help, completion, man pages and reference read this. */
export const families: readonly Family[] = [
  {
    title: 'Envs',
    commands: {
      run: runCommand,
      create: createCommand,
      up: upCommand,
      down: downCommand,
      destroy: destroyCommand,
      ls: lsCommand,
      status: statusCommand,
      logs: logsCommand,
      exec: execCommand,
      shell: shellCommand,
      compose: composeCommand,
      path: pathCommand,
      url: urlCommand,
      open: openCommand,
      names: namesCommand,
      diff: diffCommand,
      merge: mergeCommand,
      pull: pullCommand,
    },
  },
  {
    title: 'Sessions',
    commands: {
      sessions: sessionsCommand,
      attach: attachCommand,
      stop: stopCommand,
      transcript: transcriptCommand,
    },
  },
  {
    title: 'Machines',
    commands: {
      connect: connectCommand,
      disconnect: disconnectCommand,
      machines: machinesCommand,
      machine: machineGroup,
    },
  },
  {
    title: 'Access',
    commands: {
      login: loginCommand,
      logout: logoutCommand,
      tokens: tokensCommand,
      audit: auditCommand,
    },
  },
  {
    title: 'Secrets',
    commands: { secret: secretGroup, vault: vaultGroup },
  },
  {
    title: 'Deploy',
    commands: {
      deploy: deployCommand,
      rollback: rollbackCommand,
      releases: releasesCommand,
      app: appGroup,
      jobs: jobsGroup,
      prune: pruneCommand,
      webhook: webhookGroup,
    },
  },
  {
    title: 'Contexts',
    commands: { context: contextGroup },
  },
  {
    title: 'CI',
    commands: { ci: ciCommand },
  },
  {
    title: 'System',
    commands: {
      setup: setupCommand,
      config: configCommand,
      doctor: doctorCommand,
      events: eventsCommand,
      reconcile: reconcileCommand,
      gc: gcCommand,
      daemon: daemonGroup,
      mcp: mcpCommand,
      completion: completionCommand,
      man: manCommand,
      version: versionCommand,
    },
  },
]

/** Other spellings of commands. */
export const aliases: Readonly<Record<string, string>> = {
  list: 'ls',
  rm: 'destroy',
  '--version': 'version',
  '-V': 'version',
}

/** All of it as one group: `berth` itself. */
export const root: Group = {
  brief: 'Isolated copies of a project for agents and people, on any machine you can SSH to',
  commands: Object.assign({}, ...families.map(({ commands }) => commands)) as Group['commands'],
}
