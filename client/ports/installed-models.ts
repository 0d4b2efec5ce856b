/** The models this node has, each in a folder that holds exactly what its publisher signed. */
export interface InstalledModel {
  readonly version: number;
  /** SHA-256 of manifest.json: names the release. */
  readonly manifest: string;
  /** SHA-256 of model.safetensors. */
  readonly weights: string;
  readonly threshold: number;
  /** Folder with the release. */
  readonly folder: string;
}

export interface InstalledModels {
  /** The model in use, or undefined before the first install. */
  current(): Promise<InstalledModel | undefined>;
  /** An empty folder to gather a release in; only `install` makes it count. */
  stage(version: number): Promise<string>;
  /** Puts a staged release in use, atomically: a crash leaves the old model or the new one. */
  install(staged: string, model: Omit<InstalledModel, 'folder'>): Promise<InstalledModel>;
}
