import type { PassedResult, StageMachine, ToolIdentity, ToolNeed, TreeFile } from '../../ports/ci.ts'
import type { CiDeps } from '../deps.ts'
import type { Stage } from '../model.ts'
import { stageKey } from './key.ts'

/** A stage and what is known about it before it runs. */
export interface PlannedStage {
  stage: Stage
  /** What its pass is remembered by; null where it is not. */
  key: string | null
  /** Digest of the files it depends on, as they were; null where its pass is not remembered. */
  inputsDigest: string | null
  /** An earlier pass with the same inputs. */
  hit: PassedResult | undefined
  /** The tool that is not there. */
  missing: string | null
}

/** What the state of a repository on a machine says about its stages. */
export interface PlanRequest {
  root: string
  stages: readonly Stage[]
  machines: readonly StageMachine[]
  env: Readonly<Record<string, string>>
  /** The files as they are, where somebody has read them already. */
  tree?: Promise<readonly TreeFile[] | undefined>
  /** Whether earlier passes count. */
  useCache: boolean
}

type PlanDeps = Pick<CiDeps, 'trees' | 'digests' | 'results'>

/** Looks at tools, inputs and earlier passes: after this it is clear what has to run. */
export async function planRun(deps: PlanDeps, request: PlanRequest): Promise<PlannedStage[]> {
  const { stages, machines, root, env } = request
  const needs = stages.flatMap(needsOf)
  const [tree, platforms, tools] = await Promise.all([
    request.tree ?? deps.trees.read(root),
    Promise.all(machines.map((machine) => machine.platform())),
    Promise.all(machines.map((machine) => machine.tools(root, needs, env))),
  ])
  const platform = [...new Set(platforms)].join(', ')
  const found = identitiesByStage(stages, together(tools))
  return Promise.all(
    stages.map(async (stage, index): Promise<PlannedStage> => {
      const inputsDigest = stage.cached && tree !== undefined ? deps.digests.of(tree, stage.inputs) : null
      const facts = { platform, tools: found[index] ?? [], env }
      const key = inputsDigest === null ? null : stageKey(stage, inputsDigest, facts)
      const missing = stage.tool !== null && found[index]?.[0] === null ? stage.tool.install : null
      const hit = key === null || !request.useCache || missing !== null ? undefined : await deps.results.find(key)
      return { stage, key, inputsDigest, hit, missing }
    }),
  )
}

/** The tool first, where one is known; then the program of the command itself. */
function needsOf({ tool, command, directory }: Stage): ToolNeed[] {
  const program = programOf(command.argv)
  const needs = program === undefined ? [] : [{ program, probe: [], directory }]
  return tool === null ? needs : [{ program: tool.probe[0] ?? tool.name, probe: tool.probe, directory }, ...needs]
}

/** The program a shell line begins with, as far as that can be told without being a shell. */
function programOf(argv: readonly string[]): string | undefined {
  const [program, flag, line = ''] = argv
  if (program !== '/bin/sh' || flag !== '-c') return program
  return /^\s*(?:\w+=\S*\s+)*([\w./@+-]+)(?=\s|$)/.exec(line)?.[1]
}

/** What several machines say: a stage may run on any of them. */
function together([first = [], ...others]: readonly (readonly ToolIdentity[])[]): ToolIdentity[] {
  return first.map((identity, at) => {
    const all = [identity, ...others.map((one) => one[at] ?? null)]
    return all.includes(null) ? null : [...new Set(all)].join('\n')
  })
}

function identitiesByStage(stages: readonly Stage[], identities: readonly ToolIdentity[]): ToolIdentity[][] {
  let at = 0
  return stages.map((stage) => {
    const own = identities.slice(at, at + needsOf(stage).length)
    at += own.length
    return own
  })
}
