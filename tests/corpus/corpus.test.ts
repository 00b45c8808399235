/**
 * Every compose file that Compose accepts must come out isolated, and unchanged but for that. The judge is
 * `docker compose config` itself. Files: our own tricky ones, always; a collection of public projects in the directory
 * BERTH_CORPUS names (or ../shared/corpus), when it is there.
 */

import { existsSync } from 'node:fs'
import { cp, glob, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createDockerEngine } from '../../src/adapters/docker/docker.ts'
import { createLocalFiles } from '../../src/adapters/files/local-files.ts'
import { createLocalHost } from '../../src/adapters/host/local-host.ts'
import { findComposeFiles } from '../../src/core/compose/compose-files.ts'
import { readComposeSources } from '../../src/core/compose/compose-sources.ts'
import { isolate, requiredPrefix } from '../../src/core/envs/isolate.ts'
import { allocateBlock } from '../../src/core/envs/subnets.ts'
import { AppError } from '../../src/core/errors.ts'
import type { ComposeFiles, ComposeModel } from '../../src/core/ports.ts'
import { heldBy, heldByBoth, overlapsWithin } from './held.ts'
import { withoutIsolation } from './unchanged.ts'

const engine = createDockerEngine({ host: createLocalHost(), environment: process.env })
const files = createLocalFiles()
const ownDirectory = join(import.meta.dirname, 'files')
const publicDirectory = resolve(
  process.env['BERTH_CORPUS'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'corpus'),
)
const copies: string[] = []

afterAll(async () => {
  for (const copy of copies) await rm(copy, { recursive: true, force: true })
})

/** A copy that may be written to, so that paths in it are as they are in a workspace. */
async function copyOf(directory: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'berth-corpus-'))
  copies.push(copy)
  await cp(directory, copy, { recursive: true })
  return copy
}

interface Env {
  project: string
  id: string
  block: string
}

/** The project's model as the user has it, and as the env `berth up` would make of it. */
async function plan(found: Pick<ComposeFiles, 'files' | 'directory'>, workspace: string, { project, id, block }: Env) {
  const { variables } = await readComposeSources((path) => files.readText(path), { ...found, variables: {} })
  const values = Object.fromEntries(
    variables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  const project_ = { ...found, project, profiles: [], variables: values as Record<string, string> }
  const original = await engine.model(project_, { allProfiles: true })
  const env = { id, project: 'corpus', name: id, composeProject: project, subnet: block, shared: [], workspace }
  const isolation = isolate(original, { env, homeId: 'corpus' })
  const override = join(workspace, `.berth-${id}.yaml`)
  await writeFile(override, isolation.override)
  const result = await engine.model({ ...project_, files: [...found.files, override] }, { allProfiles: true })
  return { original, result, findings: isolation.findings }
}

/** Plans the project twice and holds the results against each other. */
async function expectIsolated(found: Pick<ComposeFiles, 'files' | 'directory'>, workspace: string): Promise<void> {
  const probe = await engine.model({ ...found, project: 'probe', profiles: [], variables: {} }, { allProfiles: true })
  const prefix = Math.min(26, requiredPrefix(probe))
  const first = allocateBlock([], '10.224.0.0/16', prefix)
  const second = allocateBlock([first], '10.224.0.0/16', prefix)
  const a = await plan(found, workspace, { project: 'corpus-a', id: 'a1', block: first })
  const b = await plan(found, workspace, { project: 'corpus-b', id: 'b2', block: second })
  const found_ = (kind: string) => a.findings.filter((finding) => finding.kind === kind)
  const held = [heldBy(a.result), heldBy(b.result)] as const
  const outside = [...found_('host-network'), ...found_('network-driver')]
  const excused = (one: string) =>
    outside.some(
      ({ value, subject }) => one.includes(value) || subnetOf(a.original, subject).some((cidr) => one.includes(cidr)),
    )
  expect(heldByBoth(...held).filter((one) => !excused(one))).toEqual([])
  expect(overlapsWithin(held[0])).toEqual([])
  expect(held[0]).toMatchObject({ hostPorts: [], containerNames: [], bridges: [] })
  expect(withoutIsolation(a.result, a.original)).toEqual(withoutIsolation(a.original, a.original))
}

function subnetOf(model: ComposeModel, network: string): string[] {
  return (model.networks?.[network]?.ipam?.config ?? []).flatMap(({ subnet }) => subnet ?? [])
}

describe('our own compose files', () => {
  for (const name of [
    'built-images',
    'dollars',
    'drivers',
    'env-selected',
    'extends',
    'external',
    'external-default',
    'include',
    'include-in-override',
    'many',
    'namespaces',
    'override-tags',
    'static-addresses',
    'yaml-oddities',
  ]) {
    test.concurrent(name, async () => {
      const workspace = await copyOf(join(ownDirectory, name))
      const found = await findComposeFiles(files, workspace, { named: [], profiles: [], variables: {} })
      await expectIsolated({ files: found.files, directory: workspace }, workspace)
    })
  }
})

test('the judge sees what two unplanned copies would share', async () => {
  const workspace = await copyOf(join(ownDirectory, 'external'))
  const found = { files: [join(workspace, 'compose.yaml')], directory: workspace, profiles: [], variables: {} }
  const a = heldBy(await engine.model({ ...found, project: 'corpus-a' }))
  const b = heldBy(await engine.model({ ...found, project: 'corpus-b' }))
  expect(heldByBoth(a, b)).toEqual(
    expect.arrayContaining([
      'hostPorts: 8080/tcp',
      'networkNames: traefik',
      'networkNames: fixed-default',
      'volumeNames: the-data',
    ]),
  )
})

test('public compose files', async (context) => {
  if (!existsSync(publicDirectory))
    context.skip(`no public compose files here: ${publicDirectory} does not exist (set BERTH_CORPUS)`)
  const copy = await copyOf(publicDirectory)
  const counts = { total: 0, accepted: 0, rejected: 0, planned: 0 }
  const rejected: string[] = []
  const faults: string[] = []
  for await (const path of glob('**/*.{yaml,yml}', { cwd: copy })) {
    if (basename(path).startsWith('.berth-')) continue
    counts.total += 1
    const file = join(copy, path)
    const found = { files: [file], directory: dirname(file) }
    try {
      await engine.model({ ...found, project: 'probe', profiles: [], variables: {} }, { allProfiles: true })
    } catch (error) {
      counts.rejected += 1
      rejected.push(`${path}: ${(error as AppError).message}`)
      continue
    }
    counts.accepted += 1
    try {
      await expectIsolated(found, copy)
      counts.planned += 1
    } catch (error) {
      faults.push(`${path}: ${(error as Error).message}`)
    }
  }
  console.log(
    `public compose files: ${counts.total}, accepted by Compose: ${counts.accepted}, rejected by Compose: ${counts.rejected}, isolated: ${counts.planned}`,
  )
  for (const line of rejected) console.log(`  rejected by Compose: ${line}`)
  expect(faults).toEqual([])
  expect(counts.accepted).toBeGreaterThan(0)
})
