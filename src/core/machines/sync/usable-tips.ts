import type { SyncUnit, UnitTips } from './model.ts'

/** Objects of a unit's mirror that need not be sent again; none where it is another repository than before, or of another depth. */
export function usableTips(unit: SyncUnit, standing: readonly UnitTips[]): string[] {
  const known = standing.find(({ path }) => path === unit.path)
  const isRepository = unit.repository !== null
  if (known === undefined || known.format !== unit.format || known.repository !== isRepository) return []
  const shallow = unit.repository?.shallow ?? []
  return known.shallow.join() === shallow.join() ? known.tips : []
}
