import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Agents the tests run: `BERTH_TEST_AGENTS="claude codex opencode gemini"`; without it the first two. */
export const testedAgents = (process.env['BERTH_TEST_AGENTS'] ?? 'claude codex')
  .split(' ')
  .filter((name) => name !== '')

/**
 * Installs an agent (once, into the user's cache) and returns the directory its program is in. Fails with what npm said:
 * a machine that cannot install agents sets BERTH_TEST_AGENTS to what it has, or to nothing.
 */
export function installAgent(name: string): string {
  try {
    const script = join(import.meta.dirname, '..', '..', 'scripts', 'agent-clis.sh')
    return execFileSync('sh', [script, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new Error(`the agent ${name} cannot be installed here (BERTH_TEST_AGENTS="" leaves agents out): ${stderr}`, {
      cause: error,
    })
  }
}

/** Settings as a user has them who has used the agent before, with the scripted model server for a model. */
export async function writeAgentSettings(
  name: string,
  home: string,
  modelServer: string,
): Promise<Record<string, string>> {
  const settings = allSettings[name]?.(modelServer)
  if (!settings) throw new Error(`no settings for the agent ${name}`)
  for (const [file, text] of Object.entries(settings.files)) {
    await mkdir(dirname(join(home, file)), { recursive: true })
    await writeFile(join(home, file), text)
  }
  const temporary = join(home, 'tmp')
  await mkdir(temporary, { recursive: true })
  // whatever wants to reach anything but this machine is refused at once
  const nowhere = 'http://127.0.0.1:9'
  return {
    HTTPS_PROXY: nowhere,
    HTTP_PROXY: nowhere,
    NO_PROXY: '127.0.0.1',
    LANG: 'C.UTF-8',
    TMPDIR: temporary,
    ...settings.env,
  }
}

interface AgentSettings {
  files: Record<string, string>
  env: Record<string, string>
}

const allSettings: Record<string, (url: string) => AgentSettings> = {
  claude: (url) => ({
    files: {
      '.claude.json': JSON.stringify({
        hasCompletedOnboarding: true,
        bypassPermissionsModeAccepted: true,
        customApiKeyResponses: { approved: ['test-key'], rejected: [] },
      }),
    },
    env: {
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: 'test-key',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '0',
      DISABLE_AUTOUPDATER: '1',
    },
  }),
  codex: (url) => ({
    files: {
      '.codex/config.toml': `
model = "scripted"
model_provider = "local"
check_for_update_on_startup = false
[model_providers.local]
name = "local"
base_url = "${url}/v1"
env_key = "LOCAL_API_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
[analytics]
enabled = false
[features]
plugins = false
`,
    },
    env: { LOCAL_API_KEY: 'test-key' },
  }),
  opencode: (url) => ({
    files: {
      '.config/opencode/opencode.json': JSON.stringify({
        model: 'local/scripted',
        small_model: 'local/scripted',
        enabled_providers: ['local'],
        share: 'disabled',
        autoupdate: false,
        provider: {
          local: {
            npm: '@ai-sdk/openai-compatible', // inside the program, not downloaded
            name: 'Local',
            options: { baseURL: `${url}/v1`, apiKey: 'test-key' },
            models: { scripted: { name: 'Scripted', tool_call: true, limit: { context: 200_000, output: 8000 } } },
          },
        },
      }),
    },
    env: { OPENCODE_DISABLE_MODELS_FETCH: '1' },
  }),
  gemini: (url) => ({
    files: {
      '.gemini/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
        general: { enableAutoUpdate: false, maxAttempts: 1 },
        model: { name: 'gemini-2.5-pro' }, // "auto" asks the model which model to ask
      }),
    },
    env: { GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: 'test-key' },
  }),
}
