-- Commands for releases, and lists of what is in the cluster.
local compat = require('chartroom.compat')
local documents = require('chartroom.documents')

local M = {}

-- Tokens of what runs, by client.
local running = {}

local function complain(failure)
  vim.notify('chartroom: ' .. (failure.message or vim.inspect(failure)), vim.log.levels.ERROR)
end

local levels = { failed = vim.log.levels.ERROR }

-- Commands for a release of a helmfile, and for all.
local of_one = { diff = true, deploy = true, previewRelease = true }
local of_all = { diffAll = true, applyAll = true, fetchChart = true }

--- Which release a command is about: that of the chart in the buffer; in a helmfile all, or the one with the cursor.
function M.of(bufnr, command)
  local uri = vim.uri_from_bufnr(bufnr)
  if of_all[command] then
    return { helmfile = uri }
  end
  return of_one[command] and M.at_cursor(bufnr, command) or uri
end

--- What the lens nearest above the cursor is about, if it is one for that command in the active environment.
function M.at_cursor(bufnr, command)
  if vim.bo[bufnr].filetype ~= 'helmfile' then
    return nil
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(bufnr) } }
  local answers = vim.lsp.buf_request_sync(bufnr, 'textDocument/codeLens', params, 1000) or {}
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local found
  for _, answer in pairs(answers) do
    for _, lens in ipairs(answer.result or {}) do
      local of = lens.command and lens.command.command == 'chartroom.' .. command and lens.command.arguments[1]
      local start = lens.range.start.line
      local is_nearer = found == nil or start > found.line
      if of and of.release and of.release ~= vim.NIL and (start <= line or found == nil) and is_nearer then
        -- Of several environments the active one comes first.
        found = { line = start, of = of }
      end
    end
  end
  return found and found.of
end

--- Runs a command of the server. `of` is a release, by default that of the chart in the buffer.
function M.run(command, options, of)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = compat.client(of == nil and bufnr or nil)
  if client == nil then
    complain({ message = 'the server does not look after this buffer; see :checkhealth chartroom' })
    return
  end
  local arguments = { of or M.of(bufnr, command), options or vim.empty_dict() }
  if command == 'pickContext' then
    arguments = {}
  end
  local params = { command = 'chartroom.' .. command, arguments = arguments }
  compat.request(client, 'workspace/executeCommand', params, function(failure, outcome)
    if failure then
      complain(failure)
    elseif type(outcome) == 'table' and outcome.state ~= 'shown' then
      -- What was done or failed is told by a message of the server's own.
      if outcome.state == 'declined' or command == 'pickContext' then
        vim.notify('chartroom: ' .. outcome.message, levels[outcome.state] or vim.log.levels.INFO)
      end
    end
  end)
end

--- Where the cursor is, for what belongs to a place.
function M.live()
  local client = compat.client(vim.api.nvim_get_current_buf())
  M.run('openLive', client and { position = compat.position(0, client) })
end

--- Stops what runs, at the next place where everything is recorded.
function M.cancel()
  for client_id, tokens in pairs(running) do
    local client = vim.lsp.get_client_by_id(client_id)
    for token in pairs(client and tokens or {}) do
      compat.notify(client, 'window/workDoneProgress/cancel', { token = token })
    end
  end
end

--- `$/progress` of what is done in a cluster: in the last line of the screen.
function M.progress(params, client_id)
  local value, token = params.value, params.token
  if type(token) ~= 'string' or not vim.startswith(token, 'chartroom-') then
    return
  end
  running[client_id] = running[client_id] or {}
  local tokens = running[client_id]
  if value.kind == 'begin' then
    tokens[token] = value.title
  end
  local text = ('%s: %s'):format(tokens[token] or 'chartroom', value.message or '…')
  if value.message == '' then
    text = ''
  end
  if value.kind == 'end' then
    tokens[token] = nil
  end
  local width = vim.o.columns - 12
  text = text:gsub('%s+', ' ')
  vim.api.nvim_echo({ { vim.fn.strcharpart(text, 0, width) } }, value.kind == 'end' and value.message ~= '', {})
end

-- Lists that are open, by buffer: what fills them.
local lists = {}

local function list(name, fill)
  local bufnr = documents.buffer(name, 'chartroom')
  if vim.fn.bufwinid(bufnr) == -1 then
    vim.cmd('botright split')
    vim.api.nvim_win_set_buf(0, bufnr)
    vim.wo.wrap = false
  end
  lists[bufnr] = fill
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    once = true,
    callback = function()
      lists[bufnr] = nil
    end,
  })
  fill(bufnr)
  return bufnr
end

local function map(bufnr, key, run, what)
  vim.keymap.set('n', key, run, { buffer = bufnr, nowait = true, desc = what })
end

--- The row at the cursor; there are two lines above the first.
local function row(rows)
  return rows[vim.api.nvim_win_get_cursor(0)[1] - 2]
end

local function id(revision)
  return { namespace = revision.namespace, name = revision.name }
end

local function ask(client, method, params, answer)
  compat.request(client, method, params, function(failure, found)
    if failure then
      complain(failure)
    else
      answer(found)
    end
  end)
end

--- The revisions of a release, the newest first.
function M.history(of)
  local client = compat.client()
  if client == nil then
    return
  end
  local rows = {}
  local bufnr = list(('chartroom-list:///%s/%s'):format(of.namespace, of.name), function(bufnr)
    ask(client, 'chartroom/history', of, function(revisions)
      rows = {}
      local lines = { ('%s in %s   <CR> what it changed   R roll back to it   q close'):format(of.name, of.namespace), '' }
      for index = #revisions, 1, -1 do
        local it = revisions[index]
        rows[#rows + 1] = it
        lines[#lines + 1] = ('%4d  %-16s %-24s %s'):format(it.revision, it.status, it.chart, it.description:gsub('%s+', ' '))
      end
      documents.fill(bufnr, table.concat(lines, '\n'))
    end)
  end)
  map(bufnr, '<CR>', function()
    local it = row(rows)
    if it then
      M.run('diffRevisions', { revision = it.revision }, of)
    end
  end, 'What it changed')
  map(bufnr, 'R', function()
    local it = row(rows)
    if it then
      M.run('rollBack', { revision = it.revision }, of)
    end
  end, 'Roll back to it')
  map(bufnr, 'q', '<Cmd>close<CR>', 'Close')
end

--- The releases of the cluster.
function M.list()
  local client = compat.client()
  if client == nil then
    complain({ message = 'no server runs: open a file of a chart first' })
    return
  end
  local rows = {}
  local bufnr = list('chartroom-list:///releases', function(bufnr)
    ask(client, 'chartroom/releases', vim.empty_dict(), function(found)
      rows = found.releases
      local lines = { ('%s   <CR> history   U uninstall   q close'):format(found.context), '' }
      for _, it in ipairs(rows) do
        lines[#lines + 1] = ('%-20s %-28s %4d  %-16s %s'):format(it.namespace, it.name, it.revision, it.status, it.chart)
      end
      documents.fill(bufnr, table.concat(lines, '\n'))
    end)
  end)
  map(bufnr, '<CR>', function()
    local it = row(rows)
    if it then
      M.history(id(it))
    end
  end, 'History')
  map(bufnr, 'U', function()
    local it = row(rows)
    if it then
      M.run('uninstall', nil, id(it))
    end
  end, 'Uninstall')
  map(bufnr, 'q', '<Cmd>close<CR>', 'Close')
end

--- `chartroom/releasesChanged`
function M.changed()
  for bufnr, fill in pairs(lists) do
    if vim.api.nvim_buf_is_valid(bufnr) then
      fill(bufnr)
    end
  end
end

return M
