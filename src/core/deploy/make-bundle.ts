import { dirname, relative } from 'node:path'
import { findComposeFiles } from '../compose/compose-files.ts'
import { readComposeSources } from '../compose/compose-sources.ts'
import { dotenvValues } from '../compose/dotenv.ts'
import type { DeployDocument } from '../config/deploy-schema.ts'
import { chooseIngress } from '../envs/ingress.ts'
import { describeServices } from '../envs/isolate.ts'
import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { ComposeModel } from '../ports/compose-model.ts'
import type { ComposeFiles } from '../ports.ts'
import { findProject } from '../projects/find-project.ts'
import { resolveSecrets } from '../vault/read-secrets.ts'
import { type Addon, backupJobs, dumpable, refuseClashes } from './addons/fragment.ts'
import { type AddonsOf, addonsOf, ensureCredentials, writeFragment } from './addons/keep.ts'
import { type BundledTree, type ReleaseBundle } from './bundle.ts'
import { classifyServices } from './classify.ts'
import type { DeployDeps } from './deps.ts'
import { jobsOf, scheduledServices } from './jobs/of-project.ts'
import { magicForBundle, withServiceUrls } from './magic.ts'
import type { DeploySettings } from './model.ts'
import { pinImages } from './pin-images.ts'
import { takeSecrets, withoutSecrets } from './secrets.ts'
import { resolveDeploySettings } from './settings.ts'
import { projectSources, withTreeSources } from './trees.ts'

/** What a release is made from. */
export interface BundleRequest {
  /** Absolute path in the project. */
  directory: string
  /** Name of the app; berth.toml's or the project's when absent. */
  app?: string | undefined
  /** Shell variables the compose files read. */
  variables: Record<string, string>
  /** Take secrets that are written in the compose file. */
  allowPlaintext: boolean
  context: string
  /** Private keys for the vault from the caller's environment; null: the user's own store. */
  identity: string | null
}

/** A release, and what must not stand in it. */
export interface MadeBundle {
  bundle: ReleaseBundle
  secrets: Record<string, string>
  /** Vaults that were used for the first time. */
  firstUse: string[]
}

/** What making releases may ask for. */
export type BundleDeps = Pick<
  DeployDeps,
  'engine' | 'files' | 'loadConfig' | 'store' | 'paths' | 'trees' | 'heavy' | 'vault' | 'ids'
>

/**
 * Makes a release of the project in a directory: builds its images on this machine's engine, and takes up everything its
 * containers read. Throws VAULT_UNTRUSTED, VAULT_LOCKED, PROJECT_NOT_FOUND, COMPOSE_NOT_FOUND, COMPOSE_INVALID,
 * PLAINTEXT_SECRET, IMAGE_UNAVAILABLE, BUNDLE_TOO_LARGE.
 */
export async function makeBundle(deps: BundleDeps, request: BundleRequest, scope: OperationScope): Promise<MadeBundle> {
  const plan = await planApp(deps, request)
  const { app, model, project, files, origins, firstUse, trees, entrance, services, settings, tables, addons } = plan
  const { model: named, values } = takeSecrets(withTreeSources(model, project.directory), {
    ...origins,
    allowPlaintext: request.allowPlaintext,
  })
  const images = await pinImages(deps, { app, files, model }, scope)
  const bundle: ReleaseBundle = {
    format: 1,
    app,
    model: named,
    secrets: Object.keys(values).toSorted(),
    services,
    entrance,
    trees,
    images,
    settings,
    ...extrasOf(model, tables, addons),
  }
  return { bundle, secrets: values, firstUse }
}

/** What a release of a project would be, before anything is built. `ingress`: the service that takes the requests. */
export async function planApp(deps: BundleDeps, request: BundleRequest & { ingress?: string }) {
  const project = await findProject(deps, request.directory)
  if (!project) throw new AppError('PROJECT_NOT_FOUND', `${request.directory} is in no project`)
  const config = await deps.loadConfig(project.directory)
  const written = resolveDeploySettings(config.tables.deploy)
  const settings = { ...written, ingress: request.ingress ?? written.ingress }
  const app = request.app ?? settings.app ?? project.name
  const tables = config.tables.deploy as DeployDocument | null
  const addons = await addonsOf(deps, { context: request.context, app }, tables?.addons)
  const { files, origins, firstUse } = await readSources(deps, project, config.project, { ...request, app, addons })
  const magic = magicForBundle(origins.names, { app, context: request.context })
  const variables = { ...withoutSecrets(origins.variables, origins.fromVault), ...magic }
  const model = fillUrls(await deps.engine.model({ ...files, variables }), settings)
  const trees = await readTrees(deps, model, project.directory)
  const entrance = chooseEntrance(model, settings)
  const content = new Set(trees.map(({ source }) => `${project.directory}/${source}`.replace(/\/$/, '')))
  const scheduled = scheduledServices(model)
  const services = classifyServices(model, { ingress: entrance?.service ?? null, content }).filter(
    ({ service }) => !scheduled.includes(service),
  )
  return { app, model, project, files, origins, firstUse, trees, entrance, services, settings, tables, addons }
}

async function readSources(
  deps: BundleDeps,
  project: { name: string; directory: string },
  named: { files: string[]; profiles: string[] },
  { variables: given, app, context, identity, addons }: BundleRequest & { app: string; addons: readonly Addon[] },
) {
  const { directory } = project
  const found = await findComposeFiles(deps.files, directory, {
    named: named.files,
    profiles: named.profiles,
    variables: given,
  })
  const { profiles } = found
  const files = await withAddons(deps, { context, app, identity }, addons, {
    ...found,
    directory,
    project: project.name,
  })
  const read = (path: string) => deps.files.readText(path)
  const base = dirname(files[0] ?? directory)
  const dotenvs = await Promise.all([`${directory}/.env`, `${base}/.env`].map(async (path) => (await read(path)) ?? ''))
  const plain = { ...Object.assign({}, ...dotenvs.map(dotenvValues)), ...given } as Record<string, string>
  const sources = await readComposeSources(read, { files, directory, variables: plain })
  const view = { context, directory, file: null, app, machine: null, identity }
  const vault = await resolveSecrets(deps.vault, view, sources.variables)
  // what somebody types for this one deploy counts before what is kept
  const kept = Object.fromEntries(vault.secrets.map(({ key, value }) => [key, value]))
  const variables = { ...plain, ...kept, ...given }
  const others = sources.files.filter((file) => !files.includes(file))
  const texts = await Promise.all(others.map(async (file) => (await read(file)) ?? ''))
  const envFiles = Object.assign({}, ...texts.map(tryDotenv)) as Record<string, string>
  const composeFiles: ComposeFiles = { project: project.name, directory, files, profiles, variables }
  const fromVault = new Set(Object.keys(kept))
  return {
    files: composeFiles,
    origins: { variables, envFiles, fromVault, names: sources.variables },
    firstUse: vault.firstUse,
  }
}

/** The project's compose files and, last, that of its add-ons. */
async function withAddons(
  deps: BundleDeps,
  of: AddonsOf,
  addons: readonly Addon[],
  own: Pick<ComposeFiles, 'project' | 'directory' | 'files' | 'profiles'>,
): Promise<string[]> {
  const fragment = await writeFragment(deps, of, addons)
  if (fragment === undefined) return own.files
  await ensureCredentials(deps, of, addons)
  refuseClashes(await deps.engine.model({ ...own, variables: {} }, { allProfiles: true }), addons)
  return [...own.files, fragment]
}

/** Files that a project is made from are compose files or dotenv files. */
function tryDotenv(text: string): Record<string, string> {
  return /^\s*(services|include|x-[\w-]+|version)\s*:/m.test(text) ? {} : dotenvValues(text)
}

async function readTrees(deps: BundleDeps, model: ComposeModel, directory: string): Promise<BundledTree[]> {
  const sources = projectSources(model, directory).map((path) => relative(directory, path))
  const trees = await Promise.all(sources.map((source) => deps.trees.read(directory, source)))
  return trees.filter((tree) => tree !== undefined).toSorted((a, b) => (a.source < b.source ? -1 : 1))
}

/** What runs by the clock, and what can be dumped. A release that has nothing of it says nothing of it. */
function extrasOf(model: ComposeModel, tables: DeployDocument | null, addons: readonly Addon[]) {
  const jobs = [...jobsOf(model, tables?.jobs), ...backupJobs(addons)]
  const dumps = dumpable(addons)
  return { ...(jobs.length > 0 && { jobs }), ...(dumps.length > 0 && { addons: dumps }) }
}

/** Addresses of services where the compose file asks for them. */
function fillUrls(model: ComposeModel, settings: DeploySettings): ComposeModel {
  const ports = new Map(describeServices(model).map(({ service, ports: [port] }) => [service, port]))
  return withServiceUrls(model, ports, chooseEntrance(model, settings)?.service ?? null)
}

/** The service that takes the requests and its port; null for an app that takes none. */
function chooseEntrance(model: ComposeModel, settings: DeploySettings): ReleaseBundle['entrance'] {
  const described = describeServices(model)
  const service = chooseIngress(described, settings.ingress)
  const port = described.find((one) => one.service === service)?.ports[0] ?? settings.health.port
  return service === null || port === null ? null : { service, port }
}
