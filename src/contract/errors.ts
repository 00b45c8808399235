export { errorCatalogue, exitCodes } from '../core/error-catalogue.ts'
