import * as ecs from 'aws-cdk-lib/aws-ecs';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';
import { containerFiles, stageFiles } from '../bundle';

/** A version of the runtime the bundles are built for, with glibc, which DuckDB asks for. */
const BASE_IMAGE = 'public.ecr.aws/docker/library/node:22.21.1-bookworm-slim';

/** Where a task keeps what does not fit in its memory: the one directory it may write to. */
export const SCRATCH_DIRECTORY = '/scratch';

/**
 * A volume takes the owner of its directory in the image, so that a user without rights may write to it although the
 * rest is read-only. Packages are named with their exact versions in package.json, and install without scripts.
 */
const DOCKERFILE = `FROM ${BASE_IMAGE}
ENV NODE_ENV=production TMPDIR=${SCRATCH_DIRECTORY}
WORKDIR /app
COPY package.json ./
RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY *.mjs ./
RUN mkdir ${SCRATCH_DIRECTORY} && chown node:node ${SCRATCH_DIRECTORY}
VOLUME ["${SCRATCH_DIRECTORY}"]
USER node
ENTRYPOINT ["node", "main.mjs"]
`;

/**
 * The image of a container this package ships, with files beside it. The directory to build it from is made at
 * synthesis, Dockerfile included; the CDK CLI builds it when it deploys.
 */
export class PackagedImage extends ecs.ContainerImage {
  private readonly files: ReadonlyMap<string, Buffer>;

  /**
   * @param bundleName what runs, one of `CONTAINERS`
   * @param extraFiles file name → text, for example the compiled contract
   * @throws Error when the bundle is not there or does not run in a container, or a file has the name of one of its own
   */
  constructor(
    bundleName: string,
    extraFiles: { readonly [name: string]: string },
    private readonly architecture: ecs.CpuArchitecture,
  ) {
    super();
    this.files = containerFiles(bundleName, { ...extraFiles, Dockerfile: DOCKERFILE });
  }

  override bind(scope: Construct, container: ecs.ContainerDefinition): ecs.ContainerImageConfig {
    const platform =
      this.architecture === ecs.CpuArchitecture.X86_64 ? Platform.LINUX_AMD64 : Platform.LINUX_ARM64;
    const image = stageFiles(
      scope,
      this.files,
      (directory) => new DockerImageAsset(scope, 'Image', { directory, platform }),
    );
    image.repository.grantPull(container.taskDefinition.obtainExecutionRole());
    return { imageName: image.imageUri };
  }
}
