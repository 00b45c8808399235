import { accessErrors } from './access-errors.ts'
import { certificateErrors } from './certificate-errors.ts'
import { ciErrors } from './ci-errors.ts'
import { deployErrors } from './deploy-errors.ts'
import { machineErrors } from './machine-errors.ts'
import { providerErrors } from './provider-errors.ts'
import { remoteErrors } from './remote-errors.ts'
import { syncErrors } from './sync-errors.ts'
import { vaultErrors } from './vault-errors.ts'
import { webhookErrors } from './webhook-errors.ts'

/** Exit codes of the CLI (docs/reference/errors.md). */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  needsApproval: 5,
  unreachable: 6,
  timedOut: 124,
  interrupted: 130,
} as const

/** What each exit code says, for help and reference pages. */
export const exitCodeMeanings: readonly { code: number; meaning: string }[] = [
  { code: exitCodes.ok, meaning: 'It is done.' },
  { code: exitCodes.failed, meaning: 'It failed.' },
  { code: exitCodes.usage, meaning: 'The command line, a name or a file of yours could not be understood.' },
  { code: exitCodes.notFound, meaning: 'What was named does not exist.' },
  { code: exitCodes.conflict, meaning: 'Something stands in the way, or a confirmation was not given.' },
  { code: exitCodes.needsApproval, meaning: 'It needs an approval first.' },
  { code: exitCodes.unreachable, meaning: 'The machine cannot be reached.' },
  { code: exitCodes.timedOut, meaning: 'It took longer than its deadline.' },
  { code: exitCodes.interrupted, meaning: 'It was interrupted.' },
]

interface CatalogueEntry {
  exit: number
  /** What went wrong, in one sentence, for the reference page. */
  meaning: string
  /** What the user can type or do next; a thrower may give a sharper one. */
  hint: string
}

const entry = (exit: number, meaning: string, hint: string): CatalogueEntry => ({ exit, meaning, hint })

/** Every failure Berth can report. The code is stable: scripts match on it. */
export const errorCatalogue = {
  INTERNAL: entry(
    1,
    'Berth itself failed; this is a bug.',
    'berth daemon logs shows the trace; berth doctor checks the rest',
  ),
  USAGE: entry(2, 'The command line could not be understood.', 'berth --help'),
  INTERRUPTED: entry(
    130,
    'The command was interrupted; what it had begun is finished or undone by the daemon.',
    'run the same command again',
  ),
  TIMED_OUT: entry(124, 'The work took longer than its deadline.', 'run it again with a larger --timeout'),
  CONFIRMATION_REQUIRED: entry(
    4,
    'A destructive command was given no confirmation and there is no terminal to ask on.',
    'add --yes',
  ),
  NAME_INVALID: entry(
    2,
    'A name cannot be used for an env, project or machine.',
    'use letters, digits, - and /, at most 40 characters',
  ),
  ENV_NOT_FOUND: entry(3, 'No env has this name.', 'berth ls shows the envs there are'),
  ENV_AMBIGUOUS: entry(2, 'Several projects have an env of this name.', 'name it as project/env'),
  ENV_EXISTS: entry(4, 'An env of this name exists already.', 'choose another name, or berth destroy it first'),
  ENV_BUSY: entry(4, 'Another operation holds this env.', 'wait for it, or see berth status'),
  PROJECT_NOT_FOUND: entry(
    3,
    'No project is here and none was named.',
    'cd into a project, or pass --project NAME or --from DIR',
  ),
  PROJECT_EXISTS: entry(
    4,
    'Another directory already has this project name.',
    'give one of them [project] name in berth.toml',
  ),
  SOURCE_INVALID: entry(
    2,
    'The directory or git ref to copy from cannot be used.',
    'pass an existing directory or a ref of the repo',
  ),
  CONFIG_INVALID: entry(
    2,
    'berth.toml has faults.',
    'mend the lines named above; docs/reference/config.md lists the keys',
  ),
  COMPOSE_INVALID: entry(
    2,
    'Docker Compose does not accept the project.',
    'docker compose config shows the same complaint',
  ),
  COMPOSE_NOT_FOUND: entry(
    3,
    'The project has no compose file.',
    'add a compose.yaml, pass --file, or create with --empty',
  ),
  COMPOSE_FAILED: entry(1, 'Docker Compose could not do what was asked.', 'the lines above are what Compose said'),
  SERVICE_NOT_FOUND: entry(3, 'The project has no such service.', 'berth status shows the services'),
  SERVICE_NOT_RUNNING: entry(4, 'The service is not running.', 'berth up starts it'),
  SERVICE_UNHEALTHY: entry(1, 'A container stopped or did not become healthy.', 'berth logs shows why'),
  SERVICE_UNREACHABLE: entry(1, 'A running service does not answer at its address.', 'berth logs shows what it does'),
  APP_NOT_FOUND: entry(3, 'No app has this name on the machine.', 'berth app ls shows the apps there are'),
  APP_LOCKED: entry(
    4,
    'Somebody else is deploying this app.',
    'wait for it, or take over with --break-lock when it is known to be dead',
  ),
  RELEASE_NOT_FOUND: entry(3, 'The app has no such release on the machine.', 'berth releases shows those there are'),
  PLAINTEXT_SECRET: entry(
    4,
    'A secret is written in the compose file.',
    'write ${NAME} there and its value into .env or the vault; --allow-plaintext-secrets takes it as it is',
  ),
  BUNDLE_TOO_LARGE: entry(
    1,
    'The project files that containers mount are too large for a release.',
    'put them into an image, or name a directory that is not in the project',
  ),
  PROBE_FAILED: entry(
    1,
    'The new version did not answer; the old one still has the traffic.',
    'berth logs shows why; [deploy.health] in berth.toml says what is asked',
  ),
  INGRESS_FAILED: entry(
    1,
    'The proxy in front of the apps did not take its new routes.',
    'berth doctor; docker logs of the ingress container shows more',
  ),
  ...deployErrors,
  NOT_ISOLATED: entry(
    4,
    'The project uses something that cannot be isolated, and --strict was given.',
    'remove it from the compose file, or run without --strict',
  ),
  BUILD_FAILED: entry(1, 'An image of the project could not be built.', 'the lines above are what the build said'),
  IMAGE_UNAVAILABLE: entry(
    1,
    'An image is not on the machine and could not be pulled.',
    'check its name, docker login, and the network',
  ),
  PORT_IN_USE: entry(4, 'A host port is taken.', 'stop what holds it'),
  SUBNET_TAKEN: entry(
    4,
    'A subnet meant for the env is used by something else on this machine.',
    'run it again: another one is taken',
  ),
  SUBNET_EXHAUSTED: entry(
    4,
    'No free subnet is left in the pool.',
    'berth destroy envs you no longer need, or widen [network] pool in the config',
  ),
  ENGINE_UNAVAILABLE: entry(1, 'The container engine does not answer.', 'start Docker (or Podman), then berth doctor'),
  ENGINE_FAILED: entry(1, 'The container engine refused a request.', 'berth doctor'),
  ENGINE_TOO_OLD: entry(1, 'Docker Compose is older than 2.24.', 'install Compose 2.24 or newer'),
  TOOL_MISSING: entry(1, 'A program Berth needs is not installed.', 'install it; berth doctor lists what is missing'),
  WORKSPACE_FAILED: entry(1, 'The workspace could not be made, read or removed.', 'check free space and permissions'),
  WORKSPACE_MISSING: entry(
    4,
    "The env's workspace was removed behind Berth's back.",
    'berth destroy removes the rest of it; berth up then makes it anew',
  ),
  DISK_FULL: entry(1, 'No space is left on the device.', 'free some space (berth gc helps), then run it again'),
  GIT_FAILED: entry(1, 'git could not do what was asked.', 'the lines above are what git said'),
  GIT_CONFLICT: entry(
    4,
    'The changes cannot be merged by themselves.',
    'berth pull brings them as a branch, to be merged by hand',
  ),
  GIT_DIRTY: entry(4, 'The repo has uncommitted changes that would be touched.', 'commit or stash them first'),
  HOOK_FAILED: entry(1, 'A hook of the project exited with an error.', 'the lines above are what it printed'),
  SESSION_NOT_FOUND: entry(3, 'No session has this name.', 'berth sessions shows them'),
  SESSION_EXISTS: entry(4, 'A session of this name is running.', 'berth attach joins it'),
  SESSION_FAILED: entry(1, 'tmux could not start or reach the session.', 'berth doctor checks tmux'),
  AGENT_UNKNOWN: entry(
    3,
    'No agent or program has this name.',
    'use claude, codex, opencode, gemini, one declared in berth.toml, or run <task> -- <cmd>',
  ),
  SHARED_IN_USE: entry(4, 'Other envs still use this shared service.', 'destroy them first, or leave it running'),
  OUTPUT_FAILED: entry(1, 'What a command says cannot be written.', 'make room where its output goes'),
  HOME_INVALID: entry(
    4,
    'The state directory cannot be used.',
    'set BERTH_HOME to a directory of yours outside any git repository',
  ),
  STATE_CORRUPT: entry(
    1,
    'The state database is damaged.',
    'restore the newest file of backups/, beside it; berth doctor --fix then adopts the envs it does not know',
  ),
  STATE_NEWER: entry(
    1,
    'The state was written by a newer Berth.',
    'upgrade Berth, or restore the backup taken before the upgrade',
  ),
  DAEMON_UNAVAILABLE: entry(1, 'berthd did not start or does not answer.', 'berth daemon logs'),
  DAEMON_BUSY: entry(
    4,
    'berthd of another version is still working and cannot be replaced now.',
    'wait for its operations, or berth daemon stop',
  ),
  VERSION_MISMATCH: entry(
    4,
    'berth and berthd are of different versions.',
    'berth daemon stop, then run the command again',
  ),
  OPERATION_NOT_FOUND: entry(3, 'No such operation.', 'it ended a while ago: berth status shows how things are'),
  RESOLVER_UNSUPPORTED: entry(
    1,
    'This machine has no resolver set-up Berth knows how to extend.',
    'use the *.localhost:7080 names instead',
  ),
  RESOLVER_FAILED: entry(
    1,
    "The machine's resolver could not be changed; it is as it was.",
    'use the *.localhost:7080 names, which need no set-up',
  ),
  NEEDS_ROOT: entry(1, 'This step needs root.', 'run it with sudo'),
  ...machineErrors,
  ...accessErrors,
  ...providerErrors,
  ...vaultErrors,
  ...deployErrors,
  ...webhookErrors,
  ...remoteErrors,
  ...syncErrors,
  CONTEXT_NOT_FOUND: entry(3, 'No context has this name.', 'berth context ls shows those there are'),
  CONTEXT_EXISTS: entry(4, 'There is a context of this name already.', 'berth context use switches to it'),
  CONTEXT_IN_USE: entry(
    4,
    'The context still holds machines or apps, or is always there.',
    'berth context show names them',
  ),
  SECRET_IN_CONTEXT: entry(
    4,
    'What is exported or imported holds what looks like a secret.',
    'take it out: an export holds names and addresses only',
  ),
  ...certificateErrors,
  ...ciErrors,
  NOT_SUPPORTED: entry(1, 'The engine or platform cannot do this.', 'berth doctor says what this machine can do'),
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof errorCatalogue
