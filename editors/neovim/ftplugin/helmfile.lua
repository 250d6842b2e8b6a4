-- A helmfile is YAML with the same actions.
vim.cmd('runtime! ftplugin/helm.lua')
