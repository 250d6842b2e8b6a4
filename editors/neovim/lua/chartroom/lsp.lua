-- Starts the server for buffers of charts, with what each version of Neovim offers for it.
local compat = require('chartroom.compat')
local config = require('chartroom.config')
local files = require('chartroom.files')

local M = {}

local function capabilities()
  local announced = vim.lsp.protocol.make_client_capabilities()
  -- Text of previews and of files in packed subcharts can be asked for.
  announced.workspace = announced.workspace or {}
  announced.workspace.textDocumentContent = { dynamicRegistration = false }
  -- Plans, questions and what is shown of releases; see plans.lua.
  announced.experimental = { chartroom = { showPlan = true, ask = true, noOffers = true } }
  announced.window = announced.window or {}
  announced.window.showDocument = { support = true }
  return vim.tbl_deep_extend('force', announced, config.get().capabilities or {})
end

local handlers = {
  ['chartroom/previewChanged'] = function(_, preview, context)
    require('chartroom.preview').take(preview, context.client_id)
  end,
  ['chartroom/targetChanged'] = function(_, changed)
    require('chartroom.targets').changed(changed)
  end,
  ['workspace/textDocumentContent/refresh'] = function(_, params)
    require('chartroom.preview').refresh(params.uri)
    return vim.NIL
  end,
  ['chartroom/showPlan'] = function(_, plan, context)
    require('chartroom.plans').show(plan, context.client_id)
  end,
  ['chartroom/ask'] = function(_, question)
    return require('chartroom.plans').ask(question)
  end,
  ['chartroom/releasesChanged'] = function()
    require('chartroom.releases').changed()
  end,
  ['window/showDocument'] = function(failure, params, context, settings)
    if vim.startswith(params.uri, 'chartroom-release:') then
      require('chartroom.documents').show(vim.lsp.get_client_by_id(context.client_id), params.uri)
      return { success = true }
    end
    if vim.startswith(params.uri, 'chartroom-preview:') then
      require('chartroom.preview').open_named(vim.lsp.get_client_by_id(context.client_id), params.uri)
      return { success = true }
    end
    local own = vim.lsp.handlers['window/showDocument']
    return own and own(failure, params, context, settings) or { success = false }
  end,
  ['$/progress'] = function(failure, params, context, settings)
    require('chartroom.releases').progress(params, context.client_id)
    return vim.lsp.handlers['$/progress'](failure, params, context, settings)
  end,
}

--- The server looks after a buffer from now on.
function M.attached(client, bufnr)
  if vim.bo[bufnr].omnifunc == '' then
    -- Neovim does this by itself from 0.8 on.
    vim.bo[bufnr].omnifunc = 'v:lua.vim.lsp.omnifunc'
  end
  require('chartroom.targets').ask(client, bufnr)
  require('chartroom.preview').attached(client, bufnr)
  local own = config.get().on_attach
  if own then
    own(client, bufnr)
  end
end

--- What a client is started with.
function M.config()
  local settings = { chartroom = config.get().settings }
  return {
    name = 'chartroom',
    -- A name that cannot be run: Neovim then starts nothing, and :checkhealth says why.
    cmd = config.cmd() or { 'chartroom', 'lsp' },
    filetypes = { 'helm', 'helmfile', 'yaml', 'json' },
    root_dir = function(bufnr, start)
      if files.is_ours(bufnr) then
        start(files.root_of(vim.api.nvim_buf_get_name(bufnr)))
      end
    end,
    capabilities = capabilities(),
    init_options = settings,
    settings = settings,
    handlers = handlers,
    on_attach = vim.fn.has('nvim-0.8') == 0 and M.attached or nil,
    -- Previews follow typing; changes are sent in parts and are small.
    flags = { debounce_text_changes = 30 },
  }
end

local complained = false

local function complain(problem)
  if not complained then
    complained = true
    vim.schedule(function()
      vim.notify('chartroom: ' .. problem, vim.log.levels.WARN)
    end)
  end
end

-- Clients by workspace, for versions that do not look for one themselves. Those that are starting are no list's.
local started = {}

--- `vim.lsp.start` where there is one (0.8), else the same by hand.
local function start(settings, bufnr)
  if vim.lsp.start then
    return vim.lsp.start(settings, { bufnr = bufnr })
  end
  local id = started[settings.root_dir]
  local client = id and vim.lsp.get_client_by_id(id)
  if client == nil or compat.is_stopped(client) then
    id = vim.lsp.start_client(settings)
    started[settings.root_dir] = id
  end
  if id then
    vim.lsp.buf_attach_client(bufnr, id)
  end
  return id
end

--- Starts or reuses the server for a buffer, if it is of a chart.
function M.attach(bufnr)
  if not files.is_ours(bufnr) then
    return
  end
  local _, problem = config.cmd()
  if problem then
    complain(problem)
    return
  end
  local settings = vim.lsp.config ~= nil and vim.deepcopy(vim.lsp.config['chartroom']) or M.config()
  settings.root_dir = files.root_of(vim.api.nvim_buf_get_name(bufnr))
  return start(settings, bufnr)
end

local function open_files()
  local found = {}
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and files.is_ours(bufnr) then
      found[#found + 1] = bufnr
    end
  end
  return found
end

--- Calls `ready` when none of the clients runs any more, or after two seconds.
local function when_gone(clients, ready)
  local left = 100
  local function look()
    left = left - 1
    local running = vim.tbl_filter(function(client)
      return vim.lsp.get_client_by_id(client.id) ~= nil
    end, clients)
    if #running == 0 or left == 0 then
      ready()
    else
      vim.defer_fn(look, 20)
    end
  end
  look()
end

--- Stops the server and starts it with the settings of now. Open previews come back.
function M.restart()
  complained = false
  local clients = compat.clients()
  vim.tbl_map(compat.stop, clients)
  if vim.lsp.config ~= nil then
    vim.lsp.config('chartroom', { cmd = config.cmd(), settings = { chartroom = config.get().settings } })
    vim.lsp.config('chartroom', { init_options = { chartroom = config.get().settings } })
  end
  when_gone(clients, function()
    vim.tbl_map(M.attach, open_files())
  end)
end

return M
