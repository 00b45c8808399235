/**
 * Drives the real agent CLIs against the scripted server: write a file, resume, fail. Doubles as the reference for the
 * adapters. Each run gets a fresh HOME and workspace.
 *
 *   node tests/model-server/smoke.ts [claude codex opencode gemini]    programs from PATH, or CLAUDE_BIN, CODEX_BIN …
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/lib/exec.ts'
import { type ModelServer, startModelServer } from './server.ts'

/** Lines of JSON differ by CLI and version; each reader takes what it knows of. */
// oxlint-disable-next-line typescript/no-explicit-any -- foreign output, read optimistically and checked by its result
type Event = any

interface Outcome {
  session: string | undefined
  ok: boolean
  text: string | undefined
  usage: (number | undefined)[]
}

interface Cli {
  /** Files it needs in HOME. */
  prepare?(home: string): void
  environment(url: string): Record<string, string>
  /** Arguments of one turn; the prompt comes on stdin. */
  arguments(url: string, resume: string | undefined): string[]
  read(events: Event[]): Outcome
}

const ofType = (events: Event[], type: string) => events.filter((event) => event.type === type)

const claude: Cli = {
  environment: (url) => ({
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'test-key',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // 10 unless said otherwise: about 3 minutes
    CLAUDE_CODE_MAX_RETRIES: '0',
    // needed as root only
    IS_SANDBOX: '1',
  }),
  arguments: (_url, resume) => [
    '-p',
    '--output-format',
    'stream-json',
    '--verbose',
    '--dangerously-skip-permissions',
    ...(resume ? ['--resume', resume] : []),
  ],
  read(events) {
    const result = ofType(events, 'result').at(-1)
    return {
      session: events[0]?.session_id,
      // its subtype is "success" for API errors too
      ok: result?.is_error === false,
      text: result?.result,
      usage: [result?.usage.input_tokens, result?.usage.output_tokens],
    }
  },
}

const codex: Cli = {
  environment: () => ({ LOCAL_API_KEY: 'test-key' }),
  arguments(url, resume) {
    const provider = `{name="local",base_url="${url}/v1",env_key="LOCAL_API_KEY",wire_api="responses",request_max_retries=0,stream_max_retries=0}`
    const settings = [
      'model="scripted"',
      'model_provider="local"',
      `model_providers.local=${provider}`,
      'analytics.enabled=false',
      'features.plugins=false',
    ]
    const flags = ['--json', '--dangerously-bypass-approvals-and-sandbox', '--skip-git-repo-check']
    for (const setting of settings) flags.push('-c', setting)
    return ['exec', ...(resume ? ['resume', ...flags, resume] : flags), '-']
  },
  read(events) {
    // adds up over the whole thread
    const usage = ofType(events, 'turn.completed').at(-1)?.usage
    const said = ofType(events, 'item.completed').filter((event) => event.item.type === 'agent_message')
    return {
      session: ofType(events, 'thread.started')[0]?.thread_id,
      ok: usage !== undefined,
      text: said.at(-1)?.item.text ?? ofType(events, 'turn.failed')[0]?.error.message,
      usage: [usage?.input_tokens, usage?.output_tokens],
    }
  },
}

const opencode: Cli = {
  environment: (url) => ({
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_CONFIG_CONTENT: JSON.stringify({
      model: 'local/scripted',
      small_model: 'local/scripted',
      enabled_providers: ['local'],
      share: 'disabled',
      permission: { '*': 'allow' },
      provider: {
        local: {
          // inside the binary, not downloaded
          npm: '@ai-sdk/openai-compatible',
          name: 'Local',
          options: { baseURL: `${url}/v1`, apiKey: 'test-key' },
          models: { scripted: { name: 'Scripted', tool_call: true, limit: { context: 200000, output: 8000 } } },
        },
      },
    }),
  }),
  arguments: (_url, resume) => ['run', '--format', 'json', ...(resume ? ['--session', resume] : [])],
  read(events) {
    const finished = ofType(events, 'step_finish')
    const error = ofType(events, 'error')[0]
    const sum = (kind: 'input' | 'output') => finished.reduce((total, { part }) => total + part.tokens[kind], 0)
    return {
      session: events[0]?.sessionID,
      ok: !error && finished.at(-1)?.part.reason === 'stop',
      text: error ? error.error.data?.message : ofType(events, 'text').at(-1)?.part.text,
      usage: [sum('input'), sum('output')],
    }
  },
}

const gemini: Cli = {
  prepare(home) {
    mkdirSync(join(home, '.gemini'))
    const settings = {
      // GOOGLE_GEMINI_BASE_URL alone selects an auth type that headless mode rejects
      security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
      // 10 attempts unless said otherwise: over 3 minutes
      general: { enableAutoUpdate: false, maxAttempts: 1 },
      privacy: { usageStatisticsEnabled: false },
    }
    writeFileSync(join(home, '.gemini', 'settings.json'), JSON.stringify(settings))
  },
  environment: (url) => ({
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_API_KEY: 'test-key',
    // one process, so that signals reach it
    GEMINI_CLI_NO_RELAUNCH: 'true',
  }),
  arguments: (_url, resume) => [
    '-m',
    'gemini-2.5-pro',
    '--yolo',
    '--output-format',
    'stream-json',
    ...(resume ? ['--resume', resume] : []),
  ],
  read(events) {
    const result = ofType(events, 'result').at(-1)
    const said = ofType(events, 'message').filter((event) => event.role === 'assistant')
    return {
      session: ofType(events, 'init')[0]?.session_id,
      ok: result?.status === 'success',
      text: result?.error?.message ?? said.map((event) => event.content).join(''),
      usage: [result?.stats.input_tokens, result?.stats.output_tokens],
    }
  },
}

const clis: Record<string, Cli> = { claude, codex, opencode, gemini }
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(clis)
let failed = 0
for (const name of names) failed += await smoke(name)
process.exitCode = failed === 0 ? 0 : 1

/** Three turns with one CLI; returns how many checks failed. */
async function smoke(name: string): Promise<number> {
  const cli = clis[name]
  if (cli === undefined) throw new Error(`no such agent: ${name}`)
  const root = mkdtempSync(join(tmpdir(), `smoke-${name}-`))
  for (const directory of ['home', 'workspace', 'tmp']) mkdirSync(join(root, directory))
  cli.prepare?.(join(root, 'home'))
  const good = await startModelServer()
  const bad = await startModelServer({ script: [{ status: 401, message: 'invalid api key' }] })
  const turn = (server: ModelServer, prompt: string, resume?: string) =>
    runTurn({ name, cli, root, url: server.url, prompt, resume })
  const first = await turn(good, 'write hello.txt')
  const again = await turn(good, 'once more', first.session)
  const wrong = await turn(bad, 'write hello.txt')
  const prompts = new Set(good.requests.filter(({ main }) => main).map(({ seen }) => seen?.prompt.trim()))
  const checks = {
    'file written': existsSync(join(root, 'workspace', 'hello.txt')),
    'ends with done': first.ok && first.exitCode === 0 && first.text === 'done',
    'same session': again.ok && again.session === first.session,
    'prompts exact': [...prompts].join('|') === 'write hello.txt|once more',
    'history sent': good.requests.at(-1)?.seen?.results === 1,
    '401 is an error': !wrong.ok && wrong.exitCode !== 0,
  }
  const faults = Object.entries(checks).flatMap(([check, passed]) => (passed ? [] : [check]))
  console.log(`${name}: ${faults.length === 0 ? 'ok' : `FAILED ${faults.join(', ')}`}`)
  for (const [label, { exitCode, ms, session, usage, text }] of Object.entries({ first, again, wrong })) {
    const said = JSON.stringify(text)?.slice(0, 90)
    console.log(`  ${label}: exit ${exitCode}, ${ms} ms, session ${session}, tokens ${usage.join(' + ')}, ${said}`)
  }
  if (faults.length > 0) console.log(first.stderr, again.stderr)
  await Promise.all([good.close(), bad.close()])
  rmSync(root, { recursive: true, force: true })
  return faults.length
}

interface Turn {
  name: string
  cli: Cli
  root: string
  url: string
  prompt: string
  resume: string | undefined
}

/** The prompt goes in on stdin: no quoting, no length limit, and stdin is closed. */
async function runTurn({ name, cli, root, url, prompt, resume }: Turn) {
  const program = process.env[`${name.toUpperCase()}_BIN`] ?? name
  const started = Date.now()
  const { exitCode, stdout, stderr } = await exec([program, ...cli.arguments(url, resume)], {
    cwd: join(root, 'workspace'),
    env: {
      PATH: process.env['PATH'],
      HOME: join(root, 'home'),
      TMPDIR: join(root, 'tmp'),
      LANG: 'C.UTF-8',
      TERM: 'dumb',
      ...cli.environment(url),
    },
    input: prompt,
    timeoutMs: 120_000,
  })
  const events: Event[] = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
  return { exitCode, stderr, ms: Date.now() - started, ...cli.read(events) }
}
