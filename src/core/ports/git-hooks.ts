import type { HookName, HooksPlace } from '../ci/hooks/model.ts'

/** The hooks of a git repository. */
export interface GitHooks {
  /** Where git looks for them. Undefined outside of a repository. */
  place(directory: string): Promise<HooksPlace | undefined>
  /** The text of a file there, or undefined. */
  read(place: HooksPlace, name: string): Promise<string | undefined>
  /** Writes an executable file there, whole or not at all. */
  write(place: HooksPlace, name: HookName, text: string): Promise<void>
  /** Gives a file there another name. */
  move(place: HooksPlace, from: string, to: string): Promise<void>
  remove(place: HooksPlace, name: string): Promise<void>
  /** Whether git tracks a file there: it belongs to the repository, not to this clone. */
  isTracked(place: HooksPlace, name: string): Promise<boolean>
}
