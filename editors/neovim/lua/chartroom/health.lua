-- `:checkhealth chartroom`
local M = {}

local function version(words)
  local output = vim.fn.system({ words[1], 'version' })
  return vim.v.shell_error == 0 and vim.trim(output) or nil
end

local function check_server(say)
  local words, problem = require('chartroom.config').cmd()
  if words == nil then
    say.error(problem)
    return
  end
  local answer = version(words)
  if answer then
    say.ok(('%s (%s)'):format(words[1], answer))
  else
    say.error(('%s does not say its version'):format(words[1]))
  end
end

local function check_clients(say)
  local clients = require('chartroom.compat').clients()
  if #clients == 0 then
    say.info('The server does not run: it starts with the first file of a chart.')
  end
  for _, client in ipairs(clients) do
    say.ok(('The server runs for %s'):format(client.config.root_dir or '?'))
  end
end

local function check_filetypes(say)
  if vim.fn.exists('#filetypedetect') == 0 then
    say.error('Detection of filetypes is off, so templates are not found. Put `filetype plugin on` into your init file.')
  else
    say.ok('Filetypes are detected: helm, helmfile')
  end
  local others = vim.tbl_filter(function(file)
    return not file:find('chartroom', 1, true)
  end, vim.api.nvim_get_runtime_file('ftdetect/helm.*', true))
  for _, file in ipairs(others) do
    say.warn(('Another plugin detects Helm as well: %s'):format(file))
  end
end

function M.check()
  local say = require('chartroom.compat').health()
  say.start('chartroom')
  local v = vim.version()
  local how = vim.lsp.config ~= nil and 'vim.lsp.config' or vim.lsp.start and 'vim.lsp.start' or 'vim.lsp.start_client'
  say.ok(('Neovim %d.%d.%d, by %s'):format(v.major, v.minor, v.patch, how))
  check_server(say)
  check_filetypes(say)
  check_clients(say)
end

return M
