import { join } from 'node:path'
import { addToFile, readTables } from '../config/add-table.ts'
import { parseName } from '../envs/name.ts'
import { AppError } from '../errors.ts'
import type { Files } from '../ports.ts'
import { findProject } from '../projects/find-project.ts'
import { parseDomain } from './domains.ts'
import { deployTable } from './init-text.ts'
import { type BundleDeps, planApp } from './make-bundle.ts'
import type { ServicePlan } from './model.ts'

/** What `berth app init` asks for. */
export interface InitAppRequest {
  /** Absolute path in the project. */
  directory: string
  app?: string | undefined
  /** Service that takes the requests; found where it is absent. */
  service?: string | undefined
  domains: string[]
  variables: Record<string, string>
  context: string
  identity: string | null
  /** Writes nothing. */
  dryRun: boolean
}

/** What it found and did. */
export interface InitAppResult {
  app: string
  /** The config file. */
  file: string
  /** False where it has a [deploy] table already: it is left as it is. */
  written: boolean
  /** Text of the table; empty where there is one. */
  added: string
  entrance: { service: string; port: number } | null
  services: ServicePlan[]
}

/**
 * Adds a `[deploy]` table to the project's berth.toml, with what its compose file shows; what stands in the file stays.
 * Throws PROJECT_NOT_FOUND, COMPOSE_INVALID, CONFIG_INVALID, DOMAIN_INVALID, NAME_INVALID, SERVICE_NOT_FOUND.
 */
export async function initApp(
  deps: BundleDeps & { files: Pick<Files, 'readText' | 'writeText' | 'mode'> },
  request: InitAppRequest,
): Promise<InitAppResult> {
  const { service: ingress, dryRun } = request
  const domains = [...new Set(request.domains.map(parseDomain))]
  const project = await findProject(deps, request.directory)
  if (!project) throw new AppError('PROJECT_NOT_FOUND', `${request.directory} is in no project`)
  const file = join(project.directory, 'berth.toml')
  const text = await deps.files.readText(file)
  if (text !== undefined && 'deploy' in (await readTables(file, text)))
    return { app: request.app ?? project.name, file, entrance: null, services: [], written: false, added: '' }
  const plan = await planApp(deps, { ...request, allowPlaintext: true, ...(ingress !== undefined && { ingress }) })
  const app = parseName(plan.app, 'project')
  const { entrance, services, model } = plan
  const check = entrance === null ? undefined : model.services[entrance.service]?.healthcheck
  const hasHealthcheck = check !== undefined && check.disable !== true
  const added = deployTable({ app, domains, entrance, hasHealthcheck, services })
  if (!dryRun) await addToFile(deps.files, file, added)
  return { app, file, entrance, services, written: !dryRun, added }
}
