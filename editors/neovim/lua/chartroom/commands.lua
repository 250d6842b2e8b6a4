-- `:Chartroom` and its words.
local compat = require('chartroom.compat')

local M = {}

local function client_or_complain()
  local client = compat.client(vim.api.nvim_get_current_buf())
  if client == nil then
    vim.notify('chartroom: the server does not look after this buffer; see :checkhealth chartroom', vim.log.levels.ERROR)
  end
  return client
end

local function info()
  local lines = {}
  for _, client in ipairs(compat.clients()) do
    local server = client.config.cmd
    lines[#lines + 1] = ('chartroom %d: %s'):format(client.id, type(server) == 'table' and table.concat(server, ' ') or '')
    lines[#lines + 1] = ('  workspace: %s'):format(client.config.root_dir or '')
  end
  local target = require('chartroom.targets').of(vim.api.nvim_get_current_buf())
  if target then
    lines[#lines + 1] = ('target: %s (%s/%s)'):format(target.name, target.namespace, target.releaseName)
    for _, file in ipairs(target.valuesFiles) do
      lines[#lines + 1] = '  ' .. file
    end
  end
  if #lines == 0 then
    lines[1] = 'chartroom: the server does not run; see :checkhealth chartroom'
  end
  print(table.concat(lines, '\n'))
end

--- A word that is a command of the server.
local function release(command)
  return {
    run = function()
      require('chartroom.releases').run(command)
    end,
  }
end

local scopes = { 'template', 'chart' }

M.words = {
  preview = {
    run = function(scope)
      if scope and not vim.tbl_contains(scopes, scope) then
        vim.notify('chartroom: there is a preview of a template and of a chart', vim.log.levels.ERROR)
        return
      end
      if vim.bo.filetype == 'helmfile' then
        require('chartroom.releases').run('previewRelease')
        return
      end
      require('chartroom.preview').open(scope)
    end,
    complete = function()
      return scopes
    end,
  },
  targets = {
    run = function(name)
      local client = client_or_complain()
      if client then
        require('chartroom.targets').pick(client, vim.api.nvim_get_current_buf(), name)
      end
    end,
    complete = function()
      local bufnr = vim.api.nvim_get_current_buf()
      local client = compat.client(bufnr)
      return client and require('chartroom.targets').names(client, bufnr) or {}
    end,
  },
  restart = {
    run = function()
      require('chartroom.lsp').restart()
    end,
  },
  log = {
    run = function()
      vim.cmd('tabedit ' .. vim.fn.fnameescape(require('vim.lsp.log').get_filename()))
    end,
  },
  info = { run = info },
  diff = release('diff'),
  deploy = release('deploy'),
  rollback = {
    run = function(revision)
      local number = revision and tonumber(revision)
      if revision and number == nil then
        vim.notify('chartroom: a revision is a number', vim.log.levels.ERROR)
        return
      end
      require('chartroom.releases').run('rollBack', number and { revision = number })
    end,
  },
  diffall = release('diffAll'),
  applyall = release('applyAll'),
  fetch = {
    run = function()
      local is_helmfile = vim.bo.filetype == 'helmfile'
      require('chartroom.releases').run(is_helmfile and 'fetchChart' or 'fetchDependencies')
    end,
  },
  uninstall = release('uninstall'),
  history = release('history'),
  check = release('checkRelease'),
  context = release('pickContext'),
  cluster = release('preview.useCluster'),
  nocluster = release('preview.forgetCluster'),
  live = {
    run = function()
      require('chartroom.releases').live()
    end,
  },
  releases = {
    run = function()
      require('chartroom.releases').list()
    end,
  },
  cancel = {
    run = function()
      require('chartroom.releases').cancel()
    end,
  },
}

function M.run(arguments)
  local word = M.words[arguments[1] or 'info']
  if word == nil then
    local known = vim.tbl_keys(M.words)
    table.sort(known)
    vim.notify(('chartroom: no %s; there is %s'):format(arguments[1], table.concat(known, ', ')), vim.log.levels.ERROR)
    return
  end
  word.run(arguments[2])
end

--- What can stand where the command line ends.
function M.complete(line)
  local typed = vim.split(line, '%s+')
  local last = typed[#typed]
  local known = {}
  if #typed == 2 then
    known = vim.tbl_keys(M.words)
  elseif #typed == 3 and M.words[typed[2]] and M.words[typed[2]].complete then
    known = M.words[typed[2]].complete()
  end
  known = vim.tbl_filter(function(word)
    return vim.startswith(word, last)
  end, known)
  table.sort(known)
  return known
end

return M
