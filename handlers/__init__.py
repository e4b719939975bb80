"""The Slack surface: one file a noun. This tuple is the list of what the bot can do."""

from handlers import help as helping
from handlers import profile, qr, verify, waba, watch
from handlers.routes import Routes

ROUTERS = (qr.router, verify.router, waba.router, profile.router, watch.router)
ROUTES = Routes((*ROUTERS, helping.about(ROUTERS)))
