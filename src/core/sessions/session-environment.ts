import { serviceUrl } from './service-url.ts'

/** What a session's environment is made of. */
export interface SessionSurroundings {
  project: string
  env: string
  /** Absolute path. */
  workspace: string
  /** Domain of the names, without dots at the ends: `test`. */
  suffix: string
  /** The env's ingress, without a slash at the end. */
  baseUrl: string
  /** Host name and first port of every service that listens. */
  services: readonly { service: string; host: string; port: number }[]
  /** Compose project and files, so that a bare `docker compose` in the session means this env; null where it has none. */
  compose: { project: string; files: readonly string[] } | null
}

/**
 * The environment of a session: the caller's own (PATH, HOME, LANG, SSH agent, API keys: a session runs as the user, on
 * the user's machine), without what belongs to the caller's terminal, repo, compose project or agent; then what the
 * agent's settings add; then where the session is. Variables: BERTH_ENV, BERTH_PROJECT, BERTH_WORKSPACE,
 * BERTH_BASE_URL, BERTH_DNS_SUFFIX and BERTH_URL_<SERVICE> (capitals, anything but letters and digits as `_`).
 */
export function sessionEnvironment(
  caller: Readonly<Record<string, string | undefined>>,
  agent: Readonly<Record<string, string>>,
  where: SessionSurroundings,
): Record<string, string> {
  return { ...inheritable(caller), ...agent, ...whereabouts(where) }
}

/** The variables that say where a session is; also what `${BERTH_…}` stands for in rendered files. */
export function whereabouts(where: SessionSurroundings): Record<string, string> {
  const urls = where.services.map(({ service, host, port }) => [variableFor(service), serviceUrl(host, port)])
  const compose =
    where.compose === null
      ? {}
      : { COMPOSE_PROJECT_NAME: where.compose.project, COMPOSE_FILE: where.compose.files.join(':') }
  return {
    ...Object.fromEntries(urls),
    ...compose,
    BERTH_ENV: where.env,
    BERTH_PROJECT: where.project,
    BERTH_WORKSPACE: where.workspace,
    BERTH_BASE_URL: where.baseUrl,
    BERTH_DNS_SUFFIX: where.suffix,
  }
}

/** `my-api` → BERTH_URL_MY_API. */
function variableFor(service: string): string {
  return `BERTH_URL_${service.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
}

/** What a new process would misread: it speaks of the caller's terminal, checkout, compose project, npm script or agent. */
const ofTheCaller = [
  /^(_|PWD|OLDPWD|SHLVL|COLUMNS|LINES|TERM|TERMCAP|COLORTERM|STY|WINDOW|WINDOWID|SSH_TTY|SSH_CONNECTION|SSH_CLIENT)$/,
  /^(TMUX|TERM_PROGRAM|TERM_SESSION|VSCODE|ITERM|KITTY|WEZTERM|GHOSTTY|ZELLIJ|ALACRITTY|VTE|KONSOLE)(_|$)/,
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|NAMESPACE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|CEILING_DIRECTORIES)$/,
  /^COMPOSE_(PROJECT_NAME|FILE|PROFILES|ENV_FILES|PATH_SEPARATOR)$/,
  /^(npm_(lifecycle|package)_.*|npm_(command|execpath|node_execpath)|INIT_CWD)$/,
  /^(CLAUDECODE|CLAUDE_CODE_(ENTRYPOINT|SSE_PORT|SESSION_ID)|CODEX_SANDBOX.*|OPENCODE|GEMINI_CLI)$/,
  /^BERTH_(?!HOME$)/,
]

/** A caller's environment without what belongs to its terminal, repository, compose project or agent. */
export function inheritable(caller: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(caller).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !ofTheCaller.some((kind) => kind.test(entry[0])),
    ),
  )
}
