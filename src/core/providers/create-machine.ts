import { AppError } from '../errors.ts'
import { connectMachine } from '../machines/connect.ts'
import type { MachineFacts, MachineRecord } from '../machines/model.ts'
import { machineName } from '../machines/name.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import type { ProviderDeps } from './deps.ts'
import type { CloudMachine } from './model.ts'
import { reachMachine } from './reach-machine.ts'

/** What `berth machine create` asks for. */
export interface CreateMachineRequest {
  context: string
  name: string
  provider: 'hetzner'
  type: string
  region?: string | undefined
  image: string
  /** OpenSSH public key, one line; its private half is in the user's SSH. */
  publicKey: string
  stopIdleSeconds: number | null
  /** Of the provider; the kept one when absent. */
  token?: string | undefined
  agent?: string | undefined
}

export interface CreatedMachine {
  cloud: CloudMachine
  machine: MachineRecord
  facts: MachineFacts
}

/**
 * Rents a machine, waits until it answers over SSH and has what Berth needs, and connects to it. Cut off anywhere, it is
 * taken up by the same command again: a server that was made is never made twice. Throws MACHINE_EXISTS,
 * PROVIDER_TOKEN_MISSING and what a Provider and connecting throw.
 */
export async function createMachine(
  deps: ProviderDeps,
  request: CreateMachineRequest,
  scope: OperationScope,
): Promise<CreatedMachine> {
  const name = machineName(request.name, request.name)
  return deps.locks.run(`machine ${name}`, async () => {
    await refuseIdleWithoutToken(deps, request)
    const state: State = { cloud: await plan(deps, { ...request, name }) }
    const { token: _, publicKey: _key, ...input } = request
    const subject = { kind: 'machine.create', envId: null, subject: name, input }
    await withOperation(deps, scope, subject, () => runSteps(stepDeps(deps), scope, steps(deps, request, state, scope)))
    if (state.connected === undefined) throw new AppError('INTERNAL', 'a machine was made and not connected')
    return { cloud: state.cloud, ...state.connected }
  })
}

interface State {
  cloud: CloudMachine
  connected?: { machine: MachineRecord; facts: MachineFacts }
}

const stepDeps = ({ store, clock }: ProviderDeps) => ({ journal: store.journal, clock })

async function refuseIdleWithoutToken(deps: ProviderDeps, { stopIdleSeconds }: CreateMachineRequest): Promise<void> {
  if (stopIdleSeconds === null || (await deps.keepsProviderToken())) return
  throw new AppError('PROVIDER_TOKEN_MISSING', 'stopping it when nobody is there needs a token that is kept', {
    hint: 'write it to ~/.berth/hetzner.token (mode 0600)',
  })
}

/** The machine as it will be; one of that name that was begun before is gone on with. */
async function plan(deps: ProviderDeps, request: CreateMachineRequest): Promise<CloudMachine> {
  const { name, context, provider, type, image, stopIdleSeconds, region = null } = request
  const begun = (await deps.store.cloud.machines()).find((one) => one.name === name)
  if (begun !== undefined && (begun.type !== type || begun.image !== image || begun.region !== region))
    throw new AppError('MACHINE_EXISTS', `${name} is a ${begun.type} with ${begun.image} already`, {
      hint: `berth machine destroy ${name} gives it back; or choose another name`,
    })
  const connected = (await deps.store.machines()).find((one) => one.name === name && one.context === context)
  if (begun === undefined && connected !== undefined)
    throw new AppError('MACHINE_EXISTS', `${name} is ${connected.destination} already`)
  const fresh = { serverId: null, address: null, stoppedAt: null, createdAt: deps.clock.now().toISOString() }
  const machine: CloudMachine = {
    ...(begun ?? { ...fresh, mark: deps.ids.short(16) }),
    name,
    context,
    provider,
    type,
    region,
    image,
    stopIdleSeconds,
  }
  await deps.store.cloud.put(machine)
  return machine
}

function steps(deps: ProviderDeps, request: CreateMachineRequest, state: State, scope: OperationScope) {
  const { type, image, region } = state.cloud
  return [
    {
      name: 'rent',
      title: `rent a ${type}${region === null ? '' : ` in ${region}`} with ${image}`,
      run: async () => void (state.cloud = await rent(deps, request, state.cloud, scope.signal)),
    },
    {
      name: 'reach',
      title: 'wait until it answers, and connect',
      run: async () => void (state.connected = await reach(deps, request, state.cloud, scope)),
    },
  ]
}

/** Has the server made. What the provider refuses is forgotten: nothing was made. */
async function rent(
  deps: ProviderDeps,
  { name, publicKey, token }: CreateMachineRequest,
  cloud: CloudMachine,
  signal: AbortSignal,
): Promise<CloudMachine> {
  try {
    const provider = await deps.provider(token)
    const firstBoot = await deps.prepareScript()
    const { type, image, mark, region } = cloud
    const server = await provider.createServer(
      { name, type, image, mark, region: region ?? undefined, publicKey, firstBoot },
      signal,
    )
    if (server.state === 'stopped') await provider.startServer(server.id, signal)
    const made = { ...cloud, serverId: server.id, address: server.address, stoppedAt: null }
    await deps.store.cloud.put(made)
    return made
  } catch (error) {
    const isRefused = error instanceof AppError && refusals.has(error.code)
    if (isRefused && cloud.serverId === null) await deps.store.cloud.remove(name)
    throw error
  }
}

const refusals = new Set(['PROVIDER_INVALID', 'PROVIDER_CAPACITY', 'PROVIDER_DENIED', 'PROVIDER_TOKEN_MISSING'])

async function reach(
  deps: ProviderDeps,
  { context, agent }: CreateMachineRequest,
  cloud: CloudMachine,
  scope: OperationScope,
): Promise<{ machine: MachineRecord; facts: MachineFacts }> {
  const { name } = cloud
  const destination = `root@${addressOf(cloud)}`
  const connect = (acceptHostKey: string | undefined) =>
    connectMachine(deps, { context, destination, name, tunnel: 'ssh', acceptHostKey, agent }, scope)
  return reachMachine(deps, { context, name, connect }, scope)
}

function addressOf({ name, address }: Pick<CloudMachine, 'name' | 'address'>): string {
  if (address !== null) return address
  throw new AppError('PROVIDER_FAILED', `${name} has no public address`)
}
