import { parseDuration } from '../../lib/duration.ts'
import { quoteCommand } from '../../lib/quote.ts'
import type { CiDocument, ProfileDocument, StageDocument } from '../config/ci-schema.ts'
import { AppError } from '../errors.ts'
import type { DetectedStage, DetectedTool } from './detect/model.ts'
import { expandMatrices } from './matrix.ts'
import type { Pipeline, Profile, Stage, StageCommand } from './model.ts'

/**
 * The stages of a repository: those its config names, or, where that gives none a command, those that were detected. A
 * configured stage under a detected one's name changes that one. Throws CONFIG_INVALID for a stage without any command.
 */
export function buildPipeline(document: CiDocument, detected: readonly DetectedStage[], source: string): Pipeline {
  const configured = Object.entries(document.stages ?? {})
  const alone = configured.some(([, { command }]) => command !== undefined)
  const found = new Map(detected.map((stage) => [stage.name, stage]))
  const beside = (document.detect ?? !alone) ? detected.filter(({ name }) => document.stages?.[name] === undefined) : []
  const stages = configured.map(([name, stage]) => configuredStage(name, stage, found.get(name), source))
  // where the config only changes detected stages, they keep their place
  const order = (stage: Stage) => (alone ? 0 : detected.findIndex(({ name }) => name === stage.name))
  const all = [...stages, ...beside.map(detectedStage)].sort((one, other) => order(one) - order(other))
  const profiles = Object.entries(document.profiles ?? {}).map(([name, profile]) => [name, toProfile(profile)] as const)
  const expanded = expandMatrices(
    all.map((stage) => ({ stage, matrix: document.stages?.[stage.name]?.matrix ?? null })),
  )
  return { stages: expanded, profiles: Object.fromEntries(profiles) }
}

/** A detected stage as it runs where no config says otherwise. */
export function detectedStage(detected: DetectedStage): Stage {
  const { name, argv, fix, prepare, directory, inputs, tool, source } = detected
  return {
    name,
    base: name,
    axes: {},
    command: commandOf(argv),
    fix: fix === null ? null : commandOf(fix),
    prepare,
    directory,
    dependsOn: [],
    inputs,
    reads: [],
    env: {},
    timeoutMs: null,
    tool,
    required: false,
    enabled: true,
    cached: true,
    source,
  }
}

function configuredStage(
  name: string,
  config: StageDocument,
  detected: DetectedStage | undefined,
  source: string,
): Stage {
  if (config.command === undefined && detected === undefined)
    throw new AppError('CONFIG_INVALID', `stage ${name} has no command, and no stage of this name was detected`, {
      hint: `give it one: [ci.stages.${name}] command = "…"`,
    })
  const base = detected === undefined || config.command !== undefined ? bare(name) : detectedStage(detected)
  const { timeout, tool } = config
  return {
    ...base,
    ...(config.command === undefined ? {} : { command: commandOf(config.command), source }),
    ...(config.fix === undefined ? {} : { fix: commandOf(config.fix) }),
    ...(config.directory === undefined
      ? {}
      : { directory: config.directory.replaceAll(/^\.\/|\/+$/g, '').replace(/^\.$/, '') }),
    ...(config.depends_on === undefined ? {} : { dependsOn: config.depends_on }),
    ...(config.inputs === undefined ? {} : { inputs: config.inputs }),
    ...(config.reads === undefined ? {} : { reads: config.reads }),
    env: Object.fromEntries(Object.entries(config.env ?? {}).map(([key, value]) => [key, String(value)])),
    ...(timeout === undefined
      ? {}
      : { timeoutMs: typeof timeout === 'number' ? timeout * 1000 : (parseDuration(timeout) ?? null) }),
    ...(tool === undefined ? {} : { tool: plainTool(tool, config.install) }),
    required: config.required ?? base.required,
    enabled: config.enabled ?? base.enabled,
    cached: config.cache ?? base.cached,
  }
}

function bare(name: string): Stage {
  return {
    name,
    base: name,
    axes: {},
    command: { argv: [], text: '' },
    fix: null,
    prepare: null,
    directory: '',
    dependsOn: [],
    inputs: ['**'],
    reads: [],
    env: {},
    timeoutMs: null,
    tool: null,
    required: false,
    enabled: true,
    cached: true,
    source: '',
  }
}

function commandOf(command: string | readonly string[]): StageCommand {
  if (typeof command === 'string') return { argv: ['/bin/sh', '-c', command], text: command }
  return { argv: command, text: quoteCommand(command) }
}

/** A tool of which only the name is known: that it is there has to do. */
const plainTool = (name: string, install: string | undefined): DetectedTool => ({
  name,
  probe: [],
  install: install ?? `install ${name}`,
})

const toProfile = ({ stages, fail_fast, no_cache, parallel }: ProfileDocument): Profile => ({
  stages: stages ?? null,
  failFast: fail_fast ?? false,
  noCache: no_cache ?? false,
  parallel: parallel ?? null,
})
