"""The Slack surface: one file a noun. This tuple is the list of what the bot can do."""

from handlers import alerts, callback, channel, history, overview, profile, qr, quota, spaces, verify, waba, watch
from handlers import help as helping
from handlers.routes import Routes

ROUTERS = (
    qr.router,
    verify.router,
    waba.router,
    profile.router,
    spaces.router,
    watch.router,
    overview.router,
    alerts.router,
    history.router,
    channel.router,
    quota.router,
    callback.router,
)
ROUTES = Routes((*ROUTERS, helping.about(ROUTERS)))
