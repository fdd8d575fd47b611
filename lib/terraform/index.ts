export { literal } from './literal';
export { requireTerraformStack } from './require-terraform-stack';
export { known } from './known';
