-- What the server shows before it does something in a cluster, and what it asks about it.
--
-- A plan has a tab of its own. A question about it stands in its window's bar while the plan is read, and is answered by
-- the first letter of the answer. Neovim before 0.10 cannot leave a question open; there it is asked at once.
local compat = require('chartroom.compat')
local documents = require('chartroom.documents')

local M = {}

-- The plan that is shown: { plan, bufnr, client_id }.
local shown
-- The question that is open: answer(text or nil).
local open

--- What does not fit is cut off at the end: how it is answered stands first.
local function bar(text)
  text = (' ' .. vim.fn.strcharpart(text, 0, vim.o.columns - 2)):gsub('%%', '%%%%')
  for _, window in ipairs(shown and vim.fn.win_findbuf(shown.bufnr) or {}) do
    vim.api.nvim_win_call(window, function()
      vim.opt_local.statusline = text
    end)
  end
  vim.cmd('redrawstatus!')
end

local function title(plan)
  return ('%s to %s: %s'):format(plan.title, plan.place, plan.counts)
end

local function answer(text)
  local pending = open
  open = nil
  if shown then
    bar(title(shown.plan))
  end
  if pending then
    pending(text)
  end
end

--- The object that the cursor is at: what stands above it names it.
local function object()
  for line = vim.api.nvim_win_get_cursor(0)[1], 1, -1 do
    local name, kind = vim.fn.getline(line):match('^%S*, (.+), (%S+) %(.*%) [%l ]+[:.]$')
    for _, it in ipairs(name and shown.plan.objects or {}) do
      if it.label == kind .. ' ' .. name then
        return it
      end
    end
  end
  return shown.plan.objects[1]
end

--- To the template that writes what differs in the object at the cursor.
local function to_source()
  local it = object()
  local client = vim.lsp.get_client_by_id(shown.client_id)
  if it == nil or it.sources[1] == nil or client == nil then
    vim.notify('chartroom: nothing in the chart writes this', vim.log.levels.INFO)
    return
  end
  vim.cmd('tabprevious')
  compat.jump(it.sources[1], client)
end

--- What is there and what would be there, side by side.
local function sides()
  local it = object()
  local client = vim.lsp.get_client_by_id(shown.client_id)
  if it == nil or client == nil then
    return
  end
  local first = true
  for _, uri in ipairs({ it.before or false, it.after or false }) do
    if uri and uri ~= vim.NIL then
      documents.load(client, uri, function(bufnr)
        vim.cmd(first and 'tabnew' or 'rightbelow vsplit')
        first = false
        vim.api.nvim_win_set_buf(0, bufnr)
        vim.cmd('diffthis')
        vim.keymap.set('n', 'q', '<Cmd>tabclose<CR>', { buffer = bufnr, desc = 'Close' })
      end)
    end
  end
end

local function prepare(bufnr)
  local map = function(key, run, what)
    vim.keymap.set('n', key, run, { buffer = bufnr, nowait = true, desc = what })
  end
  map('<CR>', to_source, 'Go to what writes this')
  map('gd', to_source, 'Go to what writes this')
  map('s', sides, 'Both sides of the object')
  map('q', '<Cmd>tabclose<CR>', 'Close')
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    once = true,
    callback = function()
      -- Whoever closes the plan does not agree to it.
      if shown and shown.bufnr == bufnr then
        shown = nil
        vim.schedule(function()
          answer(nil)
        end)
      end
    end,
  })
end

-- What waits until the plan's text is there.
local waiting = {}

--- `chartroom/showPlan`
function M.show(plan, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  local loading = {}
  waiting[#waiting + 1] = loading
  documents.load(client, plan.uri, function(bufnr)
    local old = shown
    shown = { plan = plan, bufnr = bufnr, client_id = client_id }
    local window = old and vim.fn.bufwinid(old.bufnr) or -1
    if window ~= -1 then
      vim.api.nvim_set_current_win(window)
    else
      vim.cmd('tabnew')
    end
    vim.api.nvim_win_set_buf(0, bufnr)
    prepare(bufnr)
    bar(title(plan))
    waiting = vim.tbl_filter(function(it)
      return it ~= loading
    end, waiting)
    for _, run in ipairs(loading) do
      run()
    end
  end)
end

--- Runs when every plan that came is on the screen.
local function when_shown(run)
  local last = waiting[#waiting]
  if last then
    last[#last + 1] = run
  else
    run()
  end
end

local function labels(choices)
  return vim.tbl_map(function(choice)
    return choice.label
  end, choices)
end

--- Leaves a question open in the bar of the plan.
local function stay(question, done)
  if shown == nil or not vim.api.nvim_buf_is_valid(shown.bufnr) then
    vim.ui.select(labels(question.choices), { prompt = question.title }, done)
    return
  end
  open = done
  local offered = {}
  for _, label in ipairs(labels(question.choices)) do
    local letter = label:sub(1, 1)
    offered[#offered + 1] = ('[%s]%s'):format(letter, label:sub(2))
    vim.keymap.set('n', letter, function()
      answer(label)
    end, { buffer = shown.bufnr, nowait = true, desc = label })
  end
  bar(('%s  %s'):format(table.concat(offered, ' '), question.title))
end

local function now(question)
  local words = labels(question.choices)
  if question.stays then
    vim.cmd('redraw')
    local buttons = vim.tbl_map(function(word)
      return '&' .. word
    end, words)
    return words[vim.fn.confirm(question.title, table.concat(buttons, '\n'), 0)]
  end
  local lines = { question.title }
  for index, choice in ipairs(question.choices) do
    lines[#lines + 1] = ('%d. %s  %s'):format(index, choice.label, choice.description or '')
  end
  return words[vim.fn.inputlist(lines)]
end

local function ask(question, done)
  if question.choices == nil or question.choices == vim.NIL then
    vim.ui.input({ prompt = question.title .. ' ' }, done)
  elseif question.stays then
    stay(question, done)
  else
    local told = function(choice)
      return ('%s  %s'):format(choice.label, choice.description or '')
    end
    vim.ui.select(question.choices, { prompt = question.title, format_item = told }, function(choice)
      done(choice and choice.label)
    end)
  end
end

--- `chartroom/ask`
function M.ask(question)
  local running, is_main = coroutine.running()
  if running == nil or is_main then
    vim.wait(2000, function()
      return #waiting == 0
    end, 5)
    if question.choices == nil or question.choices == vim.NIL then
      return { text = vim.fn.input(question.title .. ' ') }
    end
    return { text = now(question) or vim.NIL }
  end
  local text, done, sleeping
  when_shown(function()
    ask(question, function(it)
      text, done = it, true
      if sleeping then
        coroutine.resume(running)
      end
    end)
  end)
  if not done then
    sleeping = true
    coroutine.yield()
  end
  return { text = text or vim.NIL }
end

return M
