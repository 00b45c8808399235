import { expect, test } from 'vitest'
import { type SessionSurroundings, sessionEnvironment, whereabouts } from './session-environment.ts'

const where: SessionSurroundings = {
  project: 'shop',
  env: 'feat-a',
  workspace: '/workspaces/shop/feat-a',
  suffix: 'test',
  baseUrl: 'http://shop.feat-a.test',
  services: [
    { service: 'web', host: 'web.feat-a.test', port: 80 },
    { service: 'my-api.v2', host: 'my-api.feat-a.test', port: 3000 },
    { service: 'db', host: 'db.feat-a.test', port: 5432 },
  ],
  compose: { project: 'shop-feat-a-abc123', files: ['/w/compose.yaml', '/b/override.yaml'] },
}

test('a session knows where it is', () => {
  expect(whereabouts(where)).toEqual({
    BERTH_ENV: 'feat-a',
    BERTH_PROJECT: 'shop',
    BERTH_WORKSPACE: '/workspaces/shop/feat-a',
    BERTH_BASE_URL: 'http://shop.feat-a.test',
    BERTH_DNS_SUFFIX: 'test',
    BERTH_URL_WEB: 'http://web.feat-a.test',
    BERTH_URL_MY_API_V2: 'http://my-api.feat-a.test:3000',
    BERTH_URL_DB: 'postgresql://db.feat-a.test:5432',
    COMPOSE_PROJECT_NAME: 'shop-feat-a-abc123',
    COMPOSE_FILE: '/w/compose.yaml:/b/override.yaml',
  })
})

test('the user’s own variables come along, keys included', () => {
  const caller = { PATH: '/bin', HOME: '/home/me', LANG: 'de_DE.UTF-8', ANTHROPIC_API_KEY: 'k', SSH_AUTH_SOCK: '/s' }
  expect(sessionEnvironment(caller, {}, where)).toEqual({ ...caller, ...whereabouts(where) })
})

test.each([
  [
    'terminal',
    { TERM: 'xterm', TMUX: '/t,1,0', TMUX_PANE: '%1', COLUMNS: '80', VSCODE_IPC_HOOK_CLI: '/x', SHLVL: '2' },
  ],
  ['checkout', { GIT_DIR: '/repo/.git', GIT_INDEX_FILE: '/i', GIT_WORK_TREE: '/repo', PWD: '/repo', OLDPWD: '/' }],
  ['compose project', { COMPOSE_PROJECT_NAME: 'other', COMPOSE_FILE: 'x.yaml', COMPOSE_PROFILES: 'p' }],
  ['npm script', { npm_lifecycle_event: 'dev', npm_package_name: 'x', INIT_CWD: '/repo' }],
  ['agent', { CLAUDECODE: '1', CLAUDE_CODE_ENTRYPOINT: 'cli', OPENCODE: '1', GEMINI_CLI: '1' }],
  ['session', { BERTH_ENV: 'outer', BERTH_SESSION: 'x-claude', BERTH_TMUX: '/s', BERTH_URL_OLD: 'http://old' }],
])('what belongs to the caller’s %s stays behind', (_, caller) => {
  expect(sessionEnvironment(caller, {}, { ...where, compose: null })).toEqual(whereabouts({ ...where, compose: null }))
})

test('but not what merely looks like it', () => {
  const caller = {
    BERTH_HOME: '/state',
    GIT_AUTHOR_NAME: 'me',
    CLAUDE_CONFIG_DIR: '/c',
    npm_config_registry: 'r',
    TERMINFO: '/t',
    COMPOSE_BAKE: '1',
  }
  expect(sessionEnvironment(caller, {}, where)).toMatchObject(caller)
})

test('an agent’s settings win over the caller, the whereabouts over both', () => {
  const environment = sessionEnvironment({ A: 'caller', B: 'caller' }, { A: 'agent', BERTH_ENV: 'agent' }, where)
  expect(environment).toMatchObject({ A: 'agent', B: 'caller', BERTH_ENV: 'feat-a' })
})
