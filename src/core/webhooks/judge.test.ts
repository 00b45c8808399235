import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { judge, withWork } from './judge.ts'
import type { Provider, WebhookRecord, Work } from './model.ts'
import { readPayload } from './read-payload.ts'
import { isGenuine } from './verify.ts'

const commit = 'a'.repeat(40)
const webhook: WebhookRecord = {
  id: 'w',
  context: 'default',
  provider: 'github',
  repository: 'acme/shop',
  branch: 'main',
  app: 'shop',
  machines: [],
  strategy: null,
  source: '/srv/shop.git',
  previews: true,
  secret: 'sealed',
  createdAt: '2026-01-01',
  pending: [],
  seen: [],
  deliveries: [],
}

describe('who signed', () => {
  test("GitHub's own example", () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    const body = Buffer.from('Hello, World!')
    const secret = "It's a Secret to Everybody"
    expect(isGenuine('github', secret, { 'x-hub-signature-256': signature }, body)).toBe(true)
    expect(isGenuine('github', secret, { 'x-hub-signature-256': signature }, Buffer.from('Hello, World?'))).toBe(false)
  })

  test.each<[string, Provider, (body: string) => Record<string, string>, boolean]>([
    ['Gitea, signed', 'gitea', (body) => ({ 'x-gitea-signature': hmac('s', body) }), true],
    ['Gitea, with another secret', 'gitea', (body) => ({ 'x-gitea-signature': hmac('t', body) }), false],
    ['GitLab, its token', 'gitlab', () => ({ 'x-gitlab-token': 's' }), true],
    ['GitLab, half its token', 'gitlab', () => ({ 'x-gitlab-token': '' }), false],
    ['no signature', 'github', () => ({}), false],
    ['a signature of the old kind', 'github', (body) => ({ 'x-hub-signature': `sha1=${hmac('s', body)}` }), false],
    ['one without its prefix', 'github', (body) => ({ 'x-hub-signature-256': hmac('s', body) }), false],
  ])('%s', (_, provider, headers, expected) => {
    expect(isGenuine(provider, 's', headers('{}'), Buffer.from('{}'))).toBe(expected)
  })
})

const hmac = (secret: string, body: string) => createHmac('sha256', secret).update(body).digest('hex')

describe('what is told', () => {
  const repository = { full_name: 'acme/shop' }
  const pull = (action: string, from = 'acme/shop') => ({
    action,
    number: 7,
    repository,
    pull_request: { head: { sha: commit, repo: { full_name: from } } },
  })
  const merge = (action: string, from = 1) => ({
    project: { path_with_namespace: 'acme/shop', id: 1 },
    object_attributes: { iid: 7, action, source_project_id: from, last_commit: { id: commit } },
  })
  const push = (ref: string, after = commit) => ({ ref, after, repository })

  test.each<[string, Provider, string, object, Work | string]>([
    ['a push', 'github', 'push', push('refs/heads/main'), { kind: 'deploy', delivery: 'd', commit }],
    ['the same of Gitea', 'gitea', 'push', push('refs/heads/main'), { kind: 'deploy', delivery: 'd', commit }],
    [
      'the same of GitLab',
      'gitlab',
      'Push Hook',
      { ref: 'refs/heads/main', after: commit, project: { path_with_namespace: 'acme/shop' } },
      { kind: 'deploy', delivery: 'd', commit },
    ],
    ['another branch', 'github', 'push', push('refs/heads/feature/main'), 'feature/main is not main'],
    ['a tag', 'github', 'push', push('refs/tags/main'), 'push of refs/tags/main is nothing to deploy'],
    [
      'a branch that goes',
      'github',
      'push',
      push('refs/heads/main', '0'.repeat(40)),
      expect.stringContaining('removal') as string,
    ],
    [
      'another repository',
      'github',
      'push',
      { ...push('refs/heads/main'), repository: { full_name: 'acme/x' } },
      'it is for acme/shop, not acme/x',
    ],
    ['a pull request', 'github', 'pull_request', pull('opened'), { kind: 'preview', delivery: 'd', number: 7, commit }],
    [
      'more commits of it',
      'gitea',
      'pull_request',
      pull('synchronized'),
      { kind: 'preview', delivery: 'd', number: 7, commit },
    ],
    ['its end', 'github', 'pull_request', pull('closed'), { kind: 'preview-end', delivery: 'd', number: 7 }],
    ['a label on it', 'github', 'pull_request', pull('labeled'), 'pull request, labeled is nothing to deploy'],
    ["a stranger's", 'github', 'pull_request', pull('opened', 'mallory/shop'), 'it comes from another repository'],
    [
      'a merge request',
      'gitlab',
      'Merge Request Hook',
      merge('open'),
      { kind: 'preview', delivery: 'd', number: 7, commit },
    ],
    ["a stranger's", 'gitlab', 'Merge Request Hook', merge('open', 2), 'it comes from another repository'],
    ['its end', 'gitlab', 'Merge Request Hook', merge('merge'), { kind: 'preview-end', delivery: 'd', number: 7 }],
    ['a ping', 'github', 'ping', {}, 'it answers'],
    ['an issue', 'github', 'issues', {}, 'issues is nothing to deploy'],
  ])('%s (%s)', (_, provider, event, payload, expected) => {
    const told = readPayload(provider, { [`x-${provider}-event`]: event }, JSON.stringify(payload))
    expect(judge(webhook, told, 'd')).toEqual(expected)
  })

  test.each<[string, object | string]>([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a commit that is an option', push('refs/heads/main', '--upload-pack=x')],
    ['a number that is a path', { ...pull('opened'), number: '../7' }],
    ['no repository', { ref: 'refs/heads/main', after: commit }],
  ])('what no provider sends is refused: %s', (_, payload) => {
    const event = JSON.stringify(payload).includes('pull_request') ? 'pull_request' : 'push'
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
    expect(() => readPayload('github', { 'x-github-event': event }, body)).toThrow()
  })

  test('pull requests get an env only where that was asked for', () => {
    const told = readPayload('github', { 'x-github-event': 'pull_request' }, JSON.stringify(pull('opened')))
    expect(judge({ ...webhook, previews: false }, told, 'd')).toBe('pull requests get no env')
  })
})

test('newer work takes the place of what waits about the same', () => {
  const deploy = (delivery: string): Work => ({ kind: 'deploy', delivery, commit })
  const preview = (delivery: string, number: number): Work => ({ kind: 'preview', delivery, number, commit })
  const end = (delivery: string, number: number): Work => ({ kind: 'preview-end', delivery, number })
  const waiting = [deploy('1'), preview('2', 7), preview('3', 8)]
  expect(withWork(waiting, deploy('4'))).toEqual({
    pending: [preview('2', 7), preview('3', 8), deploy('4')],
    replaced: [deploy('1')],
  })
  expect(withWork(waiting, end('4', 7))).toEqual({
    pending: [deploy('1'), preview('3', 8), end('4', 7)],
    replaced: [preview('2', 7)],
  })
})
