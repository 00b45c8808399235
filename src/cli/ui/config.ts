import type { Output } from '../../contract/routes.ts'
import type { Ui } from './ui.ts'

type Shown = Output<'config.show'>
type Setting = Shown['machine'][number]

/** Settings as a table for this machine, and one for the project; then what is not in effect yet. */
export function renderConfig(shown: Shown, ui: Pick<Ui, 'paint' | 'table'>): string {
  const { machine, project, pending } = shown
  const parts = [ui.paint('bold', 'this machine'), settingsTable(machine, ui)]
  if (project)
    parts.push('', ui.paint('bold', `the project in ${project.directory}`), settingsTable(project.settings, ui))
  if (pending.length > 0)
    parts.push('', `${pending.join(', ')}: in effect after berth daemon stop (the next command starts berthd anew)`)
  return parts.join('\n')
}

function settingsTable(settings: readonly Setting[], { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  return table<Setting>(
    [
      { title: 'KEY', value: ({ key }) => key },
      { title: 'VALUE', value: ({ value }) => textOf(value) },
      {
        title: 'FROM',
        value: ({ source }) => sourceText(source),
        paint: (text, { source }) => (source.kind === 'default' ? paint('dim', text) : text),
      },
    ],
    settings,
  )
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return '-'
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function sourceText(source: Setting['source']): string {
  if (source.kind === 'default') return 'default'
  if (source.kind === 'file') return source.line === null ? source.name : `${source.name}:${source.line}`
  return source.name
}
