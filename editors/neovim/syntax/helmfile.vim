" A helmfile is YAML with the same actions.
runtime! syntax/helm.vim
