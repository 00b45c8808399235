import type { ComposeModel } from '../../ports/compose-model.ts'

/**
 * New references for the images the project builds under a name of its own: two envs that build `app:dev` would take it
 * from each other. Services that only use such an image follow. Keys are normalised by `imageKey`.
 */
export function isolateImages(model: ComposeModel, composeProject: string): Map<string, string> {
  const references = new Map<string, string>()
  const taken = new Set<string>()
  const add = (image: string, name: string) => {
    if (references.has(imageKey(image))) return
    const base = `${composeProject}-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`.replace(/-+$/, '')
    let reference = base
    for (let count = 2; taken.has(reference); count += 1) reference = `${base}-${count}`
    taken.add(reference)
    references.set(imageKey(image), reference)
  }
  for (const [name, { build, image }] of Object.entries(model.services)) {
    // an image without a name is called <project>-<service> by Compose itself
    if (build && image === undefined) taken.add(`${composeProject}-${name}`)
    if (build && image !== undefined) add(image, name)
    for (const tag of build?.tags ?? []) add(tag, tag)
  }
  return references
}

/** `app`, `app:latest` and `docker.io/library/app` are one image. */
export function imageKey(reference: string): string {
  const bare = reference.replace(/^(?:docker\.io\/)?(?:library\/)?/, '')
  return /[:@][^/]*$/.test(bare) ? bare : `${bare}:latest`
}
