import { AppError } from '../errors.ts'
import type { CloudStore } from '../ports.ts'
import type { CloudMachine } from './model.ts'

/** The rented machine of a name. Throws MACHINE_NOT_MADE. */
export async function findCloudMachine(cloud: CloudStore, name: string): Promise<CloudMachine> {
  const machines = await cloud.machines()
  const found = machines.find((machine) => machine.name === name)
  if (found) return found
  const known = machines.map((machine) => machine.name).join(', ')
  throw new AppError('MACHINE_NOT_MADE', `${name} is no machine that berth machine create made`, {
    hint: known === '' ? 'berth disconnect lets go of any other' : `those it made: ${known}`,
  })
}
