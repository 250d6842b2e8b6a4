-- Which files are Helm's. Folders named `templates` are common outside of charts: their YAML stays YAML.
local files = require('chartroom.files')

if vim.fn.has('nvim-0.8') == 1 then
  local function helm(path)
    return files.chart_of(path) and 'helm' or nil
  end
  -- A priority above that of extensions, which know *.yaml and *.txt.
  local template = { helm, { priority = 10 } }
  vim.filetype.add({
    filename = { ['Chart.lock'] = 'yaml' },
    pattern = {
      ['.*/templates/.*%.ya?ml'] = template,
      ['.*/templates/.*%.tpl'] = template,
      ['.*/templates/.*%.txt'] = template,
      ['.*/helmfile[^/]*%.ya?ml'] = 'helmfile',
      ['.*/helmfile%.d/.*%.ya?ml'] = 'helmfile',
      ['.*%.ya?ml%.gotmpl'] = 'helmfile',
    },
  })
  return
end

-- Neovim 0.7 reads `vim.filetype.add` only where the user asked for it, so it gets autocommands.
local function detect(pattern, filetype, accepts)
  vim.api.nvim_create_autocmd({ 'BufRead', 'BufNewFile' }, {
    group = 'filetypedetect',
    pattern = pattern,
    callback = function(event)
      if accepts == nil or accepts(vim.fn.fnamemodify(event.match, ':p')) then
        vim.bo[event.buf].filetype = filetype
      end
    end,
  })
end

detect({ '*/templates/*.yaml', '*/templates/*.yml', '*/templates/*.tpl', '*/templates/*.txt' }, 'helm', files.chart_of)
detect({ 'helmfile*.yaml', 'helmfile*.yml', '*/helmfile.d/*.yaml', '*/helmfile.d/*.yml' }, 'helmfile')
detect({ '*.yaml.gotmpl', '*.yml.gotmpl' }, 'helmfile')
detect({ 'Chart.lock' }, 'yaml')
